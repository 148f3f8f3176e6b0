/**
 * The books of a run, recomputed from chain events alone: how every order ended, who was paid for it, and whether every
 * wei that events moved is where the contracts say it is.
 */
import type { PublicClient } from 'viem'
import type { Deployment } from '#lib/chain/deployment.ts'
import type { Address, Hex } from '#lib/kernel/ids.ts'
import { SETTLEMENT } from '#lib/protocol/messages.ts'
import { bondMoney, type ChainLogEvent, escrowMoney, readEvents, tokensOf, treasuryOf } from './chainLog.ts'

export interface OrderEnd {
  readonly orderId: Hex
  /** `correct`, another row of the outcome table, `expired`, `cancelled`; null while it is not final. */
  readonly row: string | null
}

export interface Audit {
  readonly ends: readonly OrderEnd[]
  /** Accepted orders that the chain has never seen. */
  readonly lost: readonly Hex[]
  readonly stuck: readonly Hex[]
  /** Orders with a second end, or somebody paid twice for one. */
  readonly paidTwice: readonly Hex[]
  /** Sentences about money that does not add up; empty when every wei is where events say. */
  readonly violations: readonly string[]
}

const TERMINAL = new Set(['Settled', 'Cancelled', 'Expired'])

/** How the orders ended and who was paid, from the events. Pure. */
export function auditOrders(
  orders: readonly Hex[],
  events: readonly ChainLogEvent[],
  treasury: Address,
): Audit {
  const ours = new Set(orders)
  const violations: string[] = []
  const owners = ownersOf(events)
  const byOrder = groupBy(
    events.filter(({ contract }) => contract === 'taskMarket'),
    (event) => (typeof event.args.order === 'string' ? event.args.order : null),
  )
  const byTransaction = groupBy(events, ({ transaction }) => transaction)
  for (const id of byOrder.keys()) if (!ours.has(id as Hex)) violations.push(`order ${id} is nobody's`)

  const ends: OrderEnd[] = []
  const lost: Hex[] = []
  const stuck: Hex[] = []
  const paidTwice: Hex[] = []
  const paying = new Set<Hex>()
  for (const orderId of orders) {
    const own = byOrder.get(orderId) ?? []
    const submitted = own.filter(({ name }) => name === 'Submitted')
    const last = own.filter(({ name }) => TERMINAL.has(name))
    const members = own.filter(({ name }) => name === 'MemberPaid').map(({ args }) => args.member as string)
    for (const { transaction } of last) paying.add(transaction)
    if (submitted.length === 0) lost.push(orderId)
    else if (last.length === 0) stuck.push(orderId)
    if (submitted.length > 1 || last.length > 1 || new Set(members).size !== members.length)
      paidTwice.push(orderId)
    const [end] = last
    ends.push({ orderId, row: end === undefined ? null : rowOf(end) })
    if (end !== undefined && submitted[0] !== undefined) {
      violations.push(
        ...billProblems(
          orderId,
          submitted[0],
          end,
          own,
          byTransaction.get(end.transaction) ?? [],
          owners,
          treasury,
        ),
      )
    }
  }
  for (const { name, transaction } of events)
    if (name === 'Paid' && !paying.has(transaction))
      violations.push(`a payment in ${transaction} belongs to no order's end`)
  return { ends, lost, stuck, paidTwice, violations }
}

function rowOf({ name, args }: ChainLogEvent): string {
  if (name !== 'Settled') return name.toLowerCase()
  return SETTLEMENT[Number(args.settlement)] ?? `row ${String(args.settlement)}`
}

/** The one end of an order against what was locked for it, and against what the escrow really paid in that transaction. */
function billProblems(
  orderId: Hex,
  submitted: ChainLogEvent,
  end: ChainLogEvent,
  own: readonly ChainLogEvent[],
  inTransaction: readonly ChainLogEvent[],
  owners: ReadonlyMap<string, string>,
  treasury: Address,
): string[] {
  const problems: string[] = []
  const customer = submitted.args.customer as string
  const locked = wei(submitted.args.locked)
  const row = rowOf(end)
  const nodePay = wei(end.args.nodePay)
  const fee = wei(end.args.fee)
  const refund = wei(end.args.refund)
  const membersPaid = wei(end.args.membersPaid)
  const deposit = row === 'malicious' ? wei(end.args.slashed) : 0n
  const byNode = row === 'wrong' || row === 'unopened'
  const fromLock = byNode ? 0n : membersPaid
  if (locked !== nodePay + fee + refund + fromLock + deposit)
    problems.push(`order ${orderId}: ${locked} wei were locked, but its end moves another sum`)

  const wanted = new Map<string, bigint>()
  const want = (to: string | undefined, amount: bigint): void => {
    if (amount > 0n && to !== undefined) wanted.set(to, (wanted.get(to) ?? 0n) + amount)
  }
  const award = own.filter(({ name }) => name === 'Awarded').at(-1)
  want(owners.get(award?.args.node as string), nodePay)
  want(treasury, fee + deposit)
  let members = 0n
  for (const { name, args } of own) {
    if (name !== 'MemberPaid') continue
    members += wei(args.amount)
    if (!byNode) want(owners.get(args.member as string), wei(args.amount))
  }
  if (members !== membersPaid)
    problems.push(`order ${orderId}: its members got ${members} wei, not ${membersPaid}`)
  for (const { name, args } of inTransaction) {
    if (name !== 'Paid') continue
    if (args.from !== customer) problems.push(`order ${orderId}: somebody else's money was paid for it`)
    const to = args.to as string
    wanted.set(to, (wanted.get(to) ?? 0n) - wei(args.amount))
  }
  for (const [to, rest] of wanted)
    if (rest !== 0n)
      problems.push(`order ${orderId}: ${to} got ${rest > 0n ? 'too little' : 'too much'} by ${rest} wei`)
  return problems
}

function wei(value: unknown): bigint {
  return value === undefined ? 0n : BigInt(value as string)
}

function ownersOf(events: readonly ChainLogEvent[]): Map<string, string> {
  return new Map(
    events
      .filter(({ name }) => name === 'NodeRegistered')
      .map(({ args }) => [args.node as string, args.owner as string]),
  )
}

function groupBy<T>(list: readonly T[], key: (item: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of list) {
    const name = key(item)
    if (name === null) continue
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [item])
    else group.push(item)
  }
  return groups
}

export interface Book {
  readonly escrow: ReadonlyMap<string, { free: bigint; locked: bigint }>
  readonly bonds: ReadonlyMap<string, { bond: bigint; locked: bigint }>
  /** Tokens that must lie in the two contracts. */
  readonly escrowHolds: bigint
  readonly registryHolds: bigint
}

/** What every account must have by the events alone. Pure. */
export function bookOf(events: readonly ChainLogEvent[]): Book {
  const escrow = new Map<string, { free: bigint; locked: bigint }>()
  const bonds = new Map<string, { bond: bigint; locked: bigint }>()
  let escrowHolds = 0n
  let registryHolds = 0n
  const move = (account: unknown, free: bigint, locked: bigint): void => {
    const name = account as string
    const had = escrow.get(name) ?? { free: 0n, locked: 0n }
    escrow.set(name, { free: had.free + free, locked: had.locked + locked })
  }
  const bond = (node: unknown, amount: bigint, locked: bigint): void => {
    const name = node as string
    const had = bonds.get(name) ?? { bond: 0n, locked: 0n }
    bonds.set(name, { bond: had.bond + amount, locked: had.locked + locked })
  }
  for (const { contract, name, args } of events) {
    const amount = wei(args.amount)
    if (contract === 'escrow') {
      if (name === 'Deposited') {
        move(args.account, amount, 0n)
        escrowHolds += amount
      } else if (name === 'Withdrawn') {
        move(args.account, -amount, 0n)
        escrowHolds -= amount
      } else if (name === 'Locked') move(args.account, -amount, amount)
      else if (name === 'Released') move(args.account, amount, -amount)
      else if (name === 'Paid') {
        move(args.from, 0n, -amount)
        move(args.to, amount, 0n)
      } else if (name === 'Credited') move(args.account, amount, 0n)
    } else if (contract === 'nodeRegistry') {
      if (name === 'NodeRegistered') {
        bond(args.node, wei(args.bond), 0n)
        registryHolds += wei(args.bond)
      } else if (name === 'BondAdded') {
        bond(args.node, amount, 0n)
        registryHolds += amount
      } else if (name === 'BondWithdrawn') {
        bond(args.node, -amount, 0n)
        registryHolds -= amount
      } else if (name === 'BondLocked') bond(args.node, 0n, amount)
      else if (name === 'BondUnlocked') bond(args.node, 0n, -amount)
      else if (name === 'BondSlashed') {
        bond(args.node, -amount, -amount)
        // Slashed bond leaves the registry and is credited out of the escrow.
        registryHolds -= amount
        escrowHolds += amount
      }
    }
  }
  return { escrow, bonds, escrowHolds, registryHolds }
}

/** Reads the chain and checks everything: the ends of the orders, and each balance against the events. */
export async function audit(
  client: PublicClient,
  deployment: Deployment,
  orders: readonly Hex[],
): Promise<Audit> {
  const events = await readEvents(client, deployment)
  const found = auditOrders(orders, events, await treasuryOf(client, deployment))
  const book = bookOf(events)
  const violations = [...found.violations]
  const allFinal = found.stuck.length === 0
  for (const [account, must] of book.escrow) {
    const is = await escrowMoney(client, deployment, account as Address)
    if (is.free !== must.free || is.locked !== must.locked)
      violations.push(
        `escrow of ${account}: ${is.free} + ${is.locked}, by events ${must.free} + ${must.locked}`,
      )
    if (allFinal && must.locked !== 0n)
      violations.push(`escrow of ${account}: ${must.locked} wei stay locked`)
  }
  for (const [node, must] of book.bonds) {
    const is = await bondMoney(client, deployment, node as Address)
    if (is.bond !== must.bond || is.locked !== must.locked)
      violations.push(
        `bond of ${node}: ${is.bond} (${is.locked} locked), by events ${must.bond} (${must.locked})`,
      )
    if (allFinal && must.locked !== 0n) violations.push(`bond of ${node}: ${must.locked} wei stay locked`)
  }
  const { escrow, nodeRegistry } = deployment.addresses
  for (const [name, address, must] of [
    ['escrow', escrow, book.escrowHolds],
    ['registry', nodeRegistry, book.registryHolds],
  ] as const) {
    const holds = await tokensOf(client, deployment, address)
    if (holds !== must) violations.push(`the ${name} holds ${holds} wei, by events ${must}`)
  }
  return { ...found, violations }
}
