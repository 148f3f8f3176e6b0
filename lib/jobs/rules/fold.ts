/**
 * What the chain says of a job: the sum of its events, and nothing else. Pure, so that a reorganisation is only another
 * list of events.
 *
 * Events come in chain order. Any prefix is a valid history.
 */
import type { Address, Hex } from '../../kernel/ids.ts'
import { APPEAL_SEAT, type CheckStage, type JobState } from '../../protocol/jobState.ts'
import { SETTLEMENT, type Settlement } from '../../protocol/messages.ts'

/** An event of our contracts as it is stored: bigints as decimal strings, addresses and hashes lower-case. */
export interface JobEvent {
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  readonly blockNumber: number
  /** Chain time, seconds. */
  readonly blockTime: number
}

/** Money in wei, times in seconds of chain time. Null or empty where nothing was said yet. */
export interface ChainView {
  readonly state: JobState
  readonly onChain: boolean
  readonly locked: bigint | null
  readonly attempt: number
  readonly node: Address | null
  readonly price: bigint | null
  readonly rate: bigint | null
  readonly base: bigint | null
  readonly awardedAt: number | null
  readonly startBy: number | null
  readonly softDeadline: number | null
  readonly hardDeadline: number | null
  readonly startedAt: number | null
  readonly commitment: Hex | null
  readonly finishedAt: number | null
  readonly seedBlock: number | null
  /** Of the node's bond, fixed with the bid. */
  readonly bond: bigint | null
  /** Probability of a check, basis points. */
  readonly checkBps: number | null
  readonly stage: CheckStage | null
  readonly stageAt: number | null
  readonly stageBy: number | null
  readonly roundFrom: number | null
  readonly members: Address[] | null
  readonly sealBy: number | null
  readonly revealBy: number | null
  readonly sealed: Address[] | null
  readonly revealed: Address[] | null
  readonly settlement: Settlement | null
  readonly nodePay: bigint | null
  readonly fee: bigint | null
  readonly membersPaid: bigint | null
  readonly refund: bigint | null
  readonly slashed: bigint | null
  readonly penalty: bigint | null
  readonly lastEventBlock: number | null
}

const AWARD_OF_NOBODY = {
  node: null,
  price: null,
  rate: null,
  base: null,
  bond: null,
  checkBps: null,
  awardedAt: null,
  startBy: null,
  softDeadline: null,
  hardDeadline: null,
  startedAt: null,
} as const

/** A job of which the chain has said nothing. */
export const NOTHING_ON_CHAIN: ChainView = {
  ...AWARD_OF_NOBODY,
  state: 'open',
  onChain: false,
  locked: null,
  attempt: 0,
  commitment: null,
  finishedAt: null,
  seedBlock: null,
  stage: null,
  stageAt: null,
  stageBy: null,
  roundFrom: null,
  members: null,
  sealBy: null,
  revealBy: null,
  sealed: null,
  revealed: null,
  settlement: null,
  nodePay: null,
  fee: null,
  membersPaid: null,
  refund: null,
  slashed: null,
  penalty: null,
  lastEventBlock: null,
}

const wei = (value: unknown): bigint => BigInt(value as string | number)
const seconds = (value: unknown): number => Number(value)

/** What a job in `checking` waits for from `at` on; `by` where a party has until then to speak. */
function waitsFor(
  stage: CheckStage,
  at: number,
  by: number | null = null,
): Pick<ChainView, 'stage' | 'stageAt' | 'stageBy'> {
  return { stage, stageAt: at, stageBy: by }
}

const OVER = { stage: null, stageAt: null, stageBy: null } as const

type Step = (view: ChainView, event: JobEvent) => Partial<ChainView>

const STEPS: Readonly<Record<string, Step>> = {
  Submitted: (_view, { args }) => ({ onChain: true, state: 'open', locked: wei(args.locked) }),
  WindowOpened: () => ({}),
  BidRecorded: () => ({}),
  Awarded: (_view, { args, blockTime }) => ({
    state: 'awarded',
    attempt: Number(args.attempt),
    node: args.node as Address,
    price: wei(args.price),
    rate: wei(args.rate),
    base: wei(args.base),
    bond: wei(args.bond),
    checkBps: Number(args.checkBps),
    awardedAt: blockTime,
    startBy: seconds(args.startBy),
    softDeadline: seconds(args.softDeadline),
    hardDeadline: seconds(args.hardDeadline),
    startedAt: null,
  }),
  // The Awarded event of the new attempt stands beside it, before or after.
  Replaced: () => ({}),
  Started: (_view, { blockTime }) => ({ state: 'running', startedAt: blockTime }),
  HandedBack: () => ({ state: 'awarded' }),
  ResultSubmitted: (_view, { args, blockTime }) => ({
    state: 'checking',
    commitment: args.commitment as Hex,
    finishedAt: blockTime,
    seedBlock: seconds(args.seedBlock),
    ...waitsFor('drawing', blockTime),
  }),
  LeftUnchecked: (_view, { args, blockTime }) => waitsFor('unchecked', blockTime, seconds(args.challengeBy)),
  Challenged: (_view, { args, blockTime }) => ({
    seedBlock: seconds(args.seedBlock),
    ...waitsFor('drawing', blockTime),
  }),
  Enlarged: (_view, { args, blockTime }) => ({
    seedBlock: seconds(args.seedBlock),
    ...waitsFor('enlarging', blockTime),
  }),
  Judged: (_view, { args, blockTime }) => waitsFor('judged', blockTime, seconds(args.appealBy)),
  Appealed: (_view, { args, blockTime }) => ({
    seedBlock: seconds(args.seedBlock),
    ...waitsFor('appealed', blockTime),
  }),
  AppealClosed: () => ({}),
  CanaryOpened: () => ({}),
  SeedAgedOut: (_view, { args }) => ({ seedBlock: seconds(args.seedBlock) }),
  CommitteeDrawn: (view, { args, blockTime }) => {
    const firstSeat = Number(args.firstSeat)
    const adds = firstSeat > 0 && firstSeat < APPEAL_SEAT
    return {
      ...waitsFor('committee', blockTime),
      roundFrom: firstSeat,
      members: [...(adds ? (view.members ?? []) : []), ...(args.members as Address[])],
      sealBy: seconds(args.sealBy),
      revealBy: seconds(args.revealBy),
      sealed: adds ? view.sealed : [],
      revealed: adds ? view.revealed : [],
    }
  },
  Sealed: (view, { args }) => ({ sealed: [...(view.sealed ?? []), args.member as Address] }),
  Opened: () => ({}),
  Revealed: (view, { args }) => ({ revealed: [...(view.revealed ?? []), args.member as Address] }),
  Settled: (_view, { args }) => {
    const settlement = SETTLEMENT[Number(args.settlement)] ?? 'none'
    return {
      state: paysTheNode(settlement) ? 'settled' : 'refunded',
      settlement,
      ...OVER,
      nodePay: wei(args.nodePay),
      fee: wei(args.fee),
      membersPaid: wei(args.membersPaid),
      refund: wei(args.refund),
      slashed: wei(args.slashed),
    }
  },
  MemberPaid: () => ({}),
  MemberFined: () => ({}),
  Cancelled: (_view, { args }) => ({
    state: 'cancelled',
    nodePay: wei(args.nodePay),
    fee: wei(args.fee),
    refund: wei(args.refund),
  }),
  Expired: (_view, { args }) => ({ state: 'expired', penalty: wei(args.penalty), refund: wei(args.refund) }),
}

/** The names of the events that this fold reads. */
export const JOB_EVENT_NAMES: readonly string[] = Object.keys(STEPS)

/** Rows of the outcome table in which the job was done and paid; in the others the customer gets it all back. */
export function paysTheNode(settlement: Settlement): boolean {
  return (
    settlement === 'correct' ||
    settlement === 'unchecked' ||
    settlement === 'customerFault' ||
    settlement === 'malicious' ||
    settlement === 'notDeterministic'
  )
}

/** Folds events, in chain order, into what they add up to. Events that are not about the job's life are skipped. */
export function fold(events: readonly JobEvent[]): ChainView {
  let view = NOTHING_ON_CHAIN
  for (const event of events) {
    const step = STEPS[event.name]
    if (step !== undefined) view = { ...view, ...step(view, event), lastEventBlock: event.blockNumber }
  }
  return view
}

/** One seat of a committee as the chain shows it. Seats from 16 on are those of an appeal. Money in wei. */
export interface SeatFacts {
  readonly seat: number
  readonly member: Address
  readonly sealed: boolean
  /** RUN_OUTCOME of the reveal; null while unrevealed. */
  readonly outcome: number | null
  readonly outputHash: Hex | null
  readonly agrees: number | null
  readonly seconds: number | null
  readonly paid: bigint | null
  readonly fined: bigint | null
}

/** All seats that were drawn, in the order of the draws. Empty before the first. */
export function foldSeats(events: readonly JobEvent[]): SeatFacts[] {
  const seats = new Map<number, SeatFacts>()
  let roundFrom = 0
  const change = (event: JobEvent, facts: (seat: SeatFacts) => Partial<SeatFacts>): void => {
    // Somebody may sit in the first committee and in the appeal: what is said is said of the present round's seat.
    const own = [...seats.values()].filter(({ member }) => member === event.args.member)
    const seat = own.find((one) => one.seat >= roundFrom) ?? own[0]
    if (seat !== undefined) seats.set(seat.seat, { ...seat, ...facts(seat) })
  }
  for (const event of events) {
    const { args } = event
    if (event.name === 'CommitteeDrawn') {
      roundFrom = Number(args.firstSeat)
      if (roundFrom === 0) seats.clear()
      for (const [index, member] of (args.members as Address[]).entries()) {
        const seat = roundFrom + index
        const nothing = {
          outcome: null,
          outputHash: null,
          agrees: null,
          seconds: null,
          paid: null,
          fined: null,
        }
        seats.set(seat, { seat, member, sealed: false, ...nothing })
      }
    } else if (event.name === 'Sealed') change(event, () => ({ sealed: true }))
    else if (event.name === 'Revealed') {
      change(event, () => ({
        outcome: Number(args.outcome),
        outputHash: args.outputHash as Hex,
        agrees: Number(args.agrees),
        seconds: Number(args.secondsUsed),
      }))
    } else if (event.name === 'MemberPaid')
      change(event, ({ paid }) => ({ paid: (paid ?? 0n) + wei(args.amount) }))
    else if (event.name === 'MemberFined')
      change(event, ({ fined }) => ({ fined: (fined ?? 0n) + wei(args.amount) }))
  }
  return [...seats.values()]
}
