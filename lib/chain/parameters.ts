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

/** Where oGPU is traded: Uniswap V2 contracts that are on the chain already. */
export interface ExchangeAddresses {
  readonly factory: Address
  readonly router: Address
  readonly weth: Address
}

/** How the network votes, as its governor takes it: delays in seconds, votes in wei of staked oGPU. */
export interface GovernanceParameters {
  readonly votingDelay: number
  readonly votingPeriod: number
  /** What is left of a vote at least when its quorum is reached. */
  readonly lateQuorum: number
  readonly proposalThreshold: bigint
  readonly quorum: bigint
  /** From a decision to its execution. */
  readonly timelockSeconds: number
}

/** Payment channels opened from the start on: the fee inside each payment, and the time a closing customer waits. */
export interface StreamParameters {
  readonly feeBps: number
  readonly closeSeconds: number
}

/**
 * What a deployment decides. The timelock owns what is deployed; `guardian`, who may pause entries, defaults to the
 * deployer. The token's shares for team, community and providers go to contracts of their own; `tokenHolder` gets ecosystem
 * and reserve (4.2 million), `ecosystem` the first of them where it is named.
 */
export interface DeployParameters {
  readonly market: MarketParameters
  readonly minimumBond: bigint
  readonly unbondSeconds: number
  /** Length of a challenge round, and how many attestors are drawn for a node. Default: a day and five. */
  readonly rounds?: { readonly seconds: number; readonly attestors: number }
  readonly treasury: Address
  readonly tokenHolder: Address
  readonly ecosystem?: Address
  readonly guardian?: Address
  /** Basis points, at most 500; default 500. */
  readonly taxBps?: number
  /** Default: PUBLIC_GOVERNANCE. */
  readonly governance?: GovernanceParameters
  /** Default: PUBLIC_STREAMS. */
  readonly streams?: StreamParameters
  /** Default a week. */
  readonly epochSeconds?: number
  /** Default: Uniswap V2 is deployed too. */
  readonly exchange?: ExchangeAddresses
  /**
   * The first liquidity, from the deployer's own oGPU and ETH (wei). Without it trading stays closed until the owner has
   * given some and opens it, which takes a vote then.
   */
  readonly liquidity?: { readonly ogpu: bigint; readonly eth: bigint }
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

/** Where a network begins on a chain that others share; governance moves on from there. */
export const PUBLIC_MARKET_PARAMETERS: MarketParameters = {
  feeBps: 200,
  depositBps: 500,
  penaltyBps: 2_000,
  fineBps: 500,
  floorRate: WEI_PER_OGPU / 10_000n,
  auctionSeconds: 60,
  openSeconds: 3_600,
  windowSeconds: 30,
  startSeconds: 300,
  replaceSeconds: 900,
  drawSeconds: 3_600,
  sealMarginSeconds: 600,
  revealSeconds: 900,
}
export const PUBLIC_UNBOND_SECONDS = 7 * 86_400

export const LOCAL_MINIMUM_BOND = 100n * WEI_PER_OGPU
export const LOCAL_UNBOND_SECONDS = 600
/** Ten minutes, and of six local nodes the five others. */
export const LOCAL_ROUNDS = { seconds: 600, attestors: 5 }

/** What the local pair starts with: 200,000 oGPU and 100 ETH. */
export const LOCAL_LIQUIDITY = { ogpu: 200_000n * WEI_PER_OGPU, eth: 100n * 10n ** 18n }
/** An hour, so that emissions can be watched. */
export const LOCAL_EPOCH_SECONDS = 3_600

const DAY = 24 * 3_600

/** The shortest delays that a public chain allows, 2% of the supply to decide and 0.1% to propose. */
export const PUBLIC_GOVERNANCE: GovernanceParameters = {
  votingDelay: DAY,
  votingPeriod: 3 * DAY,
  lateQuorum: DAY,
  proposalThreshold: 21_000n * WEI_PER_OGPU,
  quorum: 420_000n * WEI_PER_OGPU,
  timelockSeconds: 2 * DAY,
}

/** Minutes, so that one person can see a vote through. */
export const LOCAL_GOVERNANCE: GovernanceParameters = {
  ...PUBLIC_GOVERNANCE,
  votingDelay: 30,
  votingPeriod: 300,
  lateQuorum: 60,
  timelockSeconds: 60,
}

export const PUBLIC_STREAMS: StreamParameters = { feeBps: 200, closeSeconds: DAY }
export const LOCAL_STREAMS: StreamParameters = { feeBps: 200, closeSeconds: 600 }
