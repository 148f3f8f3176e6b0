import type { Address } from '../kernel/ids.ts'
import { WEI_PER_OGPU } from '../kernel/money.ts'

/** Governed numbers of the TaskMarket, as its setter takes them. Shares in basis points, delays in seconds, `floorRate` in wei per GPU second. */
export interface MarketParameters {
  readonly feeBps: number
  readonly depositBps: number
  readonly penaltyBps: number
  readonly fineBps: number
  readonly floorRate: bigint
  readonly auctionSeconds: number
  readonly openSeconds: number
  readonly windowSeconds: number
  readonly startSeconds: number
  readonly replaceSeconds: number
  readonly drawSeconds: number
  readonly sealMarginSeconds: number
  readonly revealSeconds: number
}

/** What a deployment decides. `owner` and `guardian` default to the deployer, `tokenHolder` gets the 21 million. */
export interface DeployParameters {
  readonly market: MarketParameters
  readonly minimumBond: bigint
  readonly unbondSeconds: number
  readonly treasury: Address
  readonly tokenHolder: Address
  readonly owner?: Address
  readonly guardian?: Address
}

/** Numbers for the embedded chain: delays a person can wait for, long enough that a restarted process misses none. */
export const LOCAL_MARKET_PARAMETERS: MarketParameters = {
  feeBps: 200,
  depositBps: 500,
  penaltyBps: 2_000,
  fineBps: 500,
  floorRate: WEI_PER_OGPU / 10_000n,
  auctionSeconds: 60,
  openSeconds: 600,
  windowSeconds: 30,
  startSeconds: 120,
  replaceSeconds: 120,
  drawSeconds: 600,
  sealMarginSeconds: 30,
  revealSeconds: 60,
}

export const LOCAL_MINIMUM_BOND = 100n * WEI_PER_OGPU
export const LOCAL_UNBOND_SECONDS = 600
