/**
 * What the registry's events add up to for one node. Pure: the projector feeds it events in chain order, from nothing or
 * from the stored row, and both ways end in the same row.
 */
import type { Address } from '../../kernel/ids.ts'

/** One node as the chain's events describe it. Money in wei, times chain seconds. */
export interface RegisteredNode {
  readonly node: Address
  readonly owner: Address
  readonly gpuClass: number
  readonly ask: bigint
  readonly bond: bigint
  readonly lockedBond: bigint
  /** Takes new work: switched on by its owner and not leaving. */
  readonly active: boolean
  readonly registeredAt: number
}

export interface RegistryEvent {
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  readonly blockTime: number
}

/** The events that say something of one node; each has an argument `node`. */
export const NODE_EVENTS = [
  'NodeRegistered',
  'AskChanged',
  'ActiveChanged',
  'BondAdded',
  'UnbondRequested',
  'UnbondCancelled',
  'BondWithdrawn',
  'BondLocked',
  'BondUnlocked',
  'BondSlashed',
] as const

/** An event after which the row alone no longer tells the state: the node must be folded again from its first event. */
export function needsHistory(event: RegistryEvent): boolean {
  return event.name === 'UnbondCancelled'
}

function amount(event: RegistryEvent, name: string): bigint {
  return BigInt(event.args[name] as string | number | bigint)
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

/** The node after one more event. Events of a node that was never registered leave null. */
export function applyEvent(before: RegisteredNode | null, event: RegistryEvent): RegisteredNode | null {
  if (event.name === 'NodeRegistered') {
    return {
      node: String(event.args.node).toLowerCase() as Address,
      owner: String(event.args.owner).toLowerCase() as Address,
      gpuClass: Number(event.args.gpuClass),
      ask: amount(event, 'ask'),
      bond: amount(event, 'bond'),
      lockedBond: 0n,
      active: true,
      registeredAt: event.blockTime,
    }
  }
  if (before === null) return null
  switch (event.name) {
    case 'AskChanged':
      return { ...before, ask: amount(event, 'ask') }
    case 'ActiveChanged':
      return { ...before, active: event.args.active === true }
    case 'BondAdded':
      return { ...before, bond: amount(event, 'bond') }
    case 'UnbondRequested':
      return { ...before, active: false }
    case 'BondWithdrawn':
      return { ...before, bond: 0n, lockedBond: 0n, active: false }
    case 'BondLocked':
      return { ...before, lockedBond: before.lockedBond + amount(event, 'amount') }
    case 'BondUnlocked':
      return { ...before, lockedBond: before.lockedBond - least(amount(event, 'amount'), before.lockedBond) }
    case 'BondSlashed': {
      const slashed = amount(event, 'amount')
      return {
        ...before,
        bond: before.bond - least(slashed, before.bond),
        lockedBond: before.lockedBond - least(slashed, before.lockedBond),
      }
    }
    default:
      return before
  }
}

/** The node after all its events in chain order; null when it was never registered. */
export function foldNode(events: readonly RegistryEvent[]): RegisteredNode | null {
  let node: RegisteredNode | null = null
  let leaving = false
  let switchedOn = true
  for (const event of events) {
    node = applyEvent(node, event)
    if (event.name === 'NodeRegistered') [leaving, switchedOn] = [false, true]
    if (event.name === 'ActiveChanged') switchedOn = event.args.active === true
    if (event.name === 'UnbondRequested' || event.name === 'BondWithdrawn') leaving = true
    if (event.name === 'UnbondCancelled') leaving = false
    if (node !== null) node = { ...node, active: switchedOn && !leaving }
  }
  return node
}
