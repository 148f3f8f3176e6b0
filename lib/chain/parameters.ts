import type { Address } from '../kernel/ids.ts'
import { WEI_PER_OGPU } from '../kernel/money.ts'

/** Governed numbers of the TaskMarket, as its setter takes them. Shares in basis points, delays in seconds, `floorRate` in wei per GPU second. */
export interface MarketParameters {
  readonly feeBps: number
  readonly depositBps: number
  readonly penaltyBps: number
  readonly fineBps: number
  readonly pFloorBps: number
  readonly floorRate: bigint
  readonly auctionSeconds: number
  readonly openSeconds: number
  readonly windowSeconds: number
  readonly startSeconds: number
  readonly replaceSeconds: number
  readonly drawSeconds: number
  readonly sealMarginSeconds: number
  readonly revealSeconds: number
  readonly challengeSeconds: number
  readonly appealSeconds: number
}

/** Where oGPU is traded: Uniswap V2 contracts that are on the chain already. */
export interface ExchangeAddresses {
  readonly factory: Address
  readonly router: Address
  readonly weth: Address
}

/**
 * What a deployment decides. `owner` and `guardian` default to the deployer. The token's shares for team, community and
 * providers go to contracts of their own; `tokenHolder` gets ecosystem and reserve (4.2 million), `ecosystem` the first of
 * them where it is named. `stakers` (default: the treasury) gets their share of the tax.
 */
export interface DeployParameters {
  readonly market: MarketParameters
  readonly minimumBond: bigint
  readonly unbondSeconds: number
  readonly treasury: Address
  readonly tokenHolder: Address
  readonly ecosystem?: Address
  readonly stakers?: Address
  readonly owner?: Address
  readonly guardian?: Address
  /** Basis points, at most 500; default 500. */
  readonly taxBps?: number
  /** Default a week. */
  readonly epochSeconds?: number
  /** Default: Uniswap V2 is deployed too. */
  readonly exchange?: ExchangeAddresses
  /**
   * The first liquidity, from the deployer's own oGPU and ETH (wei). Without it trading stays closed until the owner has
   * given some and opens it.
   */
  readonly liquidity?: { readonly ogpu: bigint; readonly eth: bigint }
}

/** Numbers for the embedded chain: delays a person can wait for, long enough that a restarted process misses none. */
export const LOCAL_MARKET_PARAMETERS: MarketParameters = {
  feeBps: 200,
  depositBps: 500,
  penaltyBps: 2_000,
  fineBps: 500,
  pFloorBps: 1_000,
  floorRate: WEI_PER_OGPU / 10_000n,
  auctionSeconds: 60,
  openSeconds: 600,
  windowSeconds: 30,
  startSeconds: 120,
  replaceSeconds: 120,
  drawSeconds: 600,
  sealMarginSeconds: 30,
  revealSeconds: 60,
  challengeSeconds: 10,
  appealSeconds: 10,
}

export const LOCAL_MINIMUM_BOND = 100n * WEI_PER_OGPU
export const LOCAL_UNBOND_SECONDS = 600

/** What the local pair starts with: 200,000 oGPU and 100 ETH. */
export const LOCAL_LIQUIDITY = { ogpu: 200_000n * WEI_PER_OGPU, eth: 100n * 10n ** 18n }
/** An hour, so that emissions can be watched. */
export const LOCAL_EPOCH_SECONDS = 3_600
