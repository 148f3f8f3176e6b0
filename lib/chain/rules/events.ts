/** Events of our contracts as typed values. */
import { type AbiParameterToPrimitiveType, decodeEventLog } from 'viem'
import type { Hex } from '../../kernel/ids.ts'
import { ABIS, type Addresses, contractAt } from './contracts.ts'
import { type Stored, toStored } from './stored.ts'

/** The contracts whose events are kept. Transfers of the token are not: they are the token's, not the market's. */
export const INDEXED = ['nodeRegistry', 'escrow', 'taskMarket'] as const
export type IndexedContract = (typeof INDEXED)[number]

type EventsOf<C extends IndexedContract> = Extract<(typeof ABIS)[C][number], { type: 'event' }>
export type EventNameOf<C extends IndexedContract> = EventsOf<C>['name']
type InputsOf<C extends IndexedContract, N extends string> = Extract<
  EventsOf<C>,
  { name: N }
>['inputs'][number]

/** The arguments of an event in stored form. */
export type EventArgs<C extends IndexedContract, N extends EventNameOf<C>> = {
  readonly [P in InputsOf<C, N> as P['name']]: Stored<AbiParameterToPrimitiveType<P>>
}

/** Where an event stands in the chain. */
export interface EventPlace {
  readonly deploymentId: string
  readonly blockHash: Hex
  readonly blockNumber: number
  /** Chain time of the block, seconds. */
  readonly blockTime: number
  readonly logIndex: number
  readonly transactionHash: Hex
  /** The order the event is about; null for events about none. */
  readonly orderId: Hex | null
}

/** One event: `contract` and `name` tell the type of `args`. */
export type ChainEvent = {
  [C in IndexedContract]: {
    [N in EventNameOf<C>]: EventPlace & {
      readonly contract: C
      readonly name: N
      readonly args: EventArgs<C, N>
    }
  }[EventNameOf<C>]
}[IndexedContract]

/** A log as far as decoding needs it. */
export interface RawLog {
  readonly address: string
  readonly topics: readonly Hex[]
  readonly data: Hex
}

/**
 * Decodes a log of one of our indexed contracts. Null when it is somebody else's or of no event we know.
 */
export function parseEvent(
  addresses: Addresses,
  log: RawLog,
  place: Omit<EventPlace, 'orderId'>,
): ChainEvent | null {
  const contract = contractAt(addresses, log.address)
  if (contract === null || contract === 'ogpu') return null
  const decoded = decode(contract, log)
  if (!decoded) return null
  const order = decoded.args.order
  return {
    ...place,
    contract,
    name: decoded.name,
    args: decoded.args,
    orderId: typeof order === 'string' ? (order as Hex) : null,
  } as unknown as ChainEvent
}

/** Name and stored arguments of a log by one contract's interface; null when it has no such event. */
export function decode(
  contract: keyof typeof ABIS,
  log: RawLog,
): { name: string; args: Record<string, unknown> } | null {
  try {
    const { eventName, args } = decodeEventLog({
      abi: ABIS[contract],
      topics: log.topics as [Hex, ...Hex[]],
      data: log.data,
    })
    return { name: eventName as string, args: toStored((args ?? {}) as Record<string, unknown>) }
  } catch {
    return null
  }
}
