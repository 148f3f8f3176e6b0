/**
 * The signed messages of the protocol (EIP-712). They are fixed once, for good: contracts/src/Messages.sol hashes the
 * same strings, and a test compares every type hash of the two.
 *
 * Each message binds the chain id and the TaskMarket through the domain, and the order and attempt through its fields.
 * Anybody may carry any message to the chain, so a node needs no ETH.
 *
 * Units: money in wei of oGPU, times in seconds; `...By` and `...Until` are chain timestamps.
 */
import type { TypedDataDomain } from 'viem'
import { encodeAbiParameters, hashTypedData, keccak256 } from 'viem/utils'
import type { Address, Hex } from '../kernel/ids.ts'

export const MESSAGE_TYPES = {
  Order: [
    { name: 'customer', type: 'address' },
    { name: 'auctioneer', type: 'address' },
    { name: 'specHash', type: 'bytes32' },
    { name: 'maxPrice', type: 'uint128' },
    { name: 'gpuClass', type: 'uint16' },
    { name: 'validation', type: 'uint8' },
    { name: 'comparison', type: 'uint8' },
    { name: 'members', type: 'uint8' },
    { name: 'timeout', type: 'uint32' },
    { name: 'softSeconds', type: 'uint32' },
    { name: 'hardSeconds', type: 'uint32' },
    { name: 'floorBps', type: 'uint16' },
    { name: 'submitBy', type: 'uint64' },
    { name: 'nonce', type: 'uint256' },
  ],
  Bid: [
    { name: 'order', type: 'bytes32' },
    { name: 'attempt', type: 'uint8' },
    { name: 'node', type: 'address' },
    { name: 'price', type: 'uint128' },
    { name: 'rate', type: 'uint128' },
    { name: 'validUntil', type: 'uint64' },
  ],
  Start: [
    { name: 'order', type: 'bytes32' },
    { name: 'attempt', type: 'uint8' },
    { name: 'node', type: 'address' },
  ],
  HandBack: [
    { name: 'order', type: 'bytes32' },
    { name: 'attempt', type: 'uint8' },
    { name: 'node', type: 'address' },
  ],
  Result: [
    { name: 'order', type: 'bytes32' },
    { name: 'attempt', type: 'uint8' },
    { name: 'node', type: 'address' },
    { name: 'commitment', type: 'bytes32' },
  ],
  Seal: [
    { name: 'order', type: 'bytes32' },
    { name: 'attempt', type: 'uint8' },
    { name: 'member', type: 'address' },
    { name: 'seal', type: 'bytes32' },
  ],
  Reveal: [
    { name: 'order', type: 'bytes32' },
    { name: 'attempt', type: 'uint8' },
    { name: 'member', type: 'address' },
    { name: 'outcome', type: 'uint8' },
    { name: 'outputHash', type: 'bytes32' },
    { name: 'secondsUsed', type: 'uint32' },
    { name: 'salt', type: 'bytes32' },
    { name: 'agrees', type: 'uint16' },
  ],
  Cancel: [{ name: 'order', type: 'bytes32' }],
  SpendCap: [
    { name: 'customer', type: 'address' },
    { name: 'delegate', type: 'address' },
    { name: 'perJob', type: 'uint128' },
    { name: 'total', type: 'uint128' },
    { name: 'expiry', type: 'uint64' },
    { name: 'nonce', type: 'uint256' },
  ],
} as const

/** Order.validation: whether a drawn committee checks every result or the node's record decides. */
export const VALIDATION = { byRecord: 0, always: 1 } as const
/** Order.comparison: `exact` lets the chain compare output hashes itself; `tolerant` counts the members' agreement bits. */
export const COMPARISON = { exact: 0, tolerant: 1 } as const

/** How a run ended, as the node's opening and the members' reveals state it. `malicious` and `noData` are for members alone. */
export const RUN_OUTCOME = { success: 1, failure: 2, timeout: 3, malicious: 4, noData: 5 } as const
export type RunOutcome = keyof typeof RUN_OUTCOME

/** The row of the outcome table that decided the money, as the Settled event carries it. */
export const SETTLEMENT = [
  'none',
  'correct',
  'wrong',
  'customerFault',
  'malicious',
  'notDeterministic',
  'noQuorum',
  'unopened',
  'unchecked',
] as const
export type Settlement = (typeof SETTLEMENT)[number]

export interface Order {
  customer: Address
  auctioneer: Address
  specHash: Hex
  maxPrice: bigint
  gpuClass: number
  validation: number
  comparison: number
  members: number
  timeout: number
  softSeconds: number
  hardSeconds: number
  floorBps: number
  submitBy: bigint
  nonce: bigint
}

export interface Bid {
  order: Hex
  attempt: number
  node: Address
  price: bigint
  rate: bigint
  validUntil: bigint
}

export interface AttemptMessage {
  order: Hex
  attempt: number
  node: Address
}

export interface ResultMessage extends AttemptMessage {
  commitment: Hex
}

export interface SealMessage {
  order: Hex
  attempt: number
  member: Address
  seal: Hex
}

export interface RevealMessage {
  order: Hex
  attempt: number
  member: Address
  outcome: number
  outputHash: Hex
  secondsUsed: number
  salt: Hex
  /** Bit 0: my output agrees with the node's; bit i: it agrees with the output of seat i-1 (seats counted from 0). */
  agrees: number
}

/** What a node committed to in its Result, shown to members only after every seat has sealed. Not signed by itself: the commitment is. */
export interface Opening {
  outcome: number
  outputHash: Hex
  manifestHash: Hex
  secondsUsed: number
  salt: Hex
}

/** The EIP-712 domain of a TaskMarket. */
export function marketDomain(chainId: number, taskMarket: Address): TypedDataDomain {
  return { name: 'OpenGPU TaskMarket', version: '1', chainId, verifyingContract: taskMarket }
}

/** An order's id: its EIP-712 digest, so that it binds chain and contract. */
export function orderId(domain: TypedDataDomain, order: Order): Hex {
  return hashTypedData({ domain, types: MESSAGE_TYPES, primaryType: 'Order', message: order })
}

/** `keccak256(abi.encode(order, attempt, node, outcome, outputHash, manifestHash, secondsUsed, salt))`. */
export function resultCommitment(to: AttemptMessage, opening: Opening): Hex {
  return keccak256(
    encodeAbiParameters(
      [
        { type: 'bytes32' },
        { type: 'uint8' },
        { type: 'address' },
        { type: 'uint8' },
        { type: 'bytes32' },
        { type: 'bytes32' },
        { type: 'uint32' },
        { type: 'bytes32' },
      ],
      [
        to.order,
        to.attempt,
        to.node,
        opening.outcome,
        opening.outputHash,
        opening.manifestHash,
        opening.secondsUsed,
        opening.salt,
      ],
    ),
  )
}

/** `keccak256(abi.encode(order, attempt, member, outcome, outputHash, secondsUsed, salt))`: everything but `agrees`, which needs the others' outputs. */
export function sealHash(reveal: Omit<RevealMessage, 'agrees'>): Hex {
  return keccak256(
    encodeAbiParameters(
      [
        { type: 'bytes32' },
        { type: 'uint8' },
        { type: 'address' },
        { type: 'uint8' },
        { type: 'bytes32' },
        { type: 'uint32' },
        { type: 'bytes32' },
      ],
      [
        reveal.order,
        reveal.attempt,
        reveal.member,
        reveal.outcome,
        reveal.outputHash,
        reveal.secondsUsed,
        reveal.salt,
      ],
    ),
  )
}
