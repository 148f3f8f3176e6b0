/** Why a call reverted, in the words of our contracts. Pure: pages import it too. */
import { decodeErrorResult, formatEther } from 'viem'
import type { Hex } from '../../kernel/ids.ts'
import { ABIS } from './contracts.ts'
import { showStored } from './stored.ts'

export interface Revert {
  /** The error's name in the contracts; 'Error' for a plain reason, 'Panic' for a fault, 'Reverted' when nothing was given. */
  readonly name: string
  readonly args: readonly { readonly name: string; readonly value: string }[]
  /** One sentence for people. */
  readonly sentence: string
}

type Args = Readonly<Record<string, string>>

const oGPU = (wei: string | undefined): string => `${formatEther(BigInt(wei ?? '0'))} oGPU`
const at = (seconds: string | undefined): string => {
  const time = Number(seconds ?? 0) * 1000
  return Number.isFinite(time) && time < 8.64e15 ? new Date(time).toISOString() : `${seconds}`
}

/** What each error means. Errors without an entry are shown by name and arguments. */
const SENTENCES: Readonly<Record<string, (args: Args) => string>> = {
  UnknownOrder: () => 'The chain does not know this order.',
  AlreadySubmitted: () => 'This order is on chain already.',
  WrongState: () => 'The job is in another state, so this step does not apply (any more).',
  NonceUsed: () => 'The number of this order was used or revoked before; sign a new order.',
  OrderOutOfBounds: (a) =>
    `A field of the order is outside its bounds: it is ${a.value}, allowed is ${a.min} to ${a.max}.`,
  ParameterOutOfBounds: (a) => `The value ${a.value} is outside its bounds ${a.min} to ${a.max}.`,
  SignatureInvalid: (a) => `The signature is not one of ${a.signer}.`,
  SignatureExpired: (a) => `The signature was valid until ${at(a.deadline)}.`,
  LengthMismatch: () => 'The number of messages and of signatures differ.',
  TooEarly: (a) => `This is allowed from ${at(a.from)} on.`,
  TooLate: (a) => `This was allowed until ${at(a.until)}.`,
  WrongAttempt: (a) => `The message is about attempt ${a.attempt}, the job is at attempt ${a.expected}.`,
  WrongNode: (a) => `The job belongs to node ${a.expected}, not to ${a.node}.`,
  BidAboveMaxPrice: (a) => `The bid of ${oGPU(a.price)} is above the order's maximum of ${oGPU(a.maxPrice)}.`,
  BidNotLower: (a) => `A new best bid must be ${oGPU(a.atMost)} or less.`,
  RateTooHigh: (a) => `The bid's rate may be at most ${a.atMost} wei a second.`,
  BidLapses: (a) => `The bid is valid until ${at(a.validUntil)}, but must be until ${at(a.needed)}.`,
  NodeNotLive: (a) => `Node ${a.node} is not registered, or is leaving.`,
  WrongClass: () => 'The node is of another GPU class than the order asks for.',
  OwnNode: () => 'A node of the customer cannot run or check his own job.',
  TooFewOwners: (a) => `Too few owners with live nodes in this GPU class: ${a.found} of ${a.needed} needed.`,
  NotApprover: () => 'Only the customer or the auctioneer of the order may approve this.',
  TooManyAttempts: () => 'The job was replaced as often as it may be.',
  SeedNotReady: (a) => `The committee can be drawn after block ${a.seedBlock}.`,
  NobodyToDraw: () => 'No node is left that could be drawn into the committee.',
  NotMember: (a) => `${a.member} is not a member of this committee.`,
  NotSealed: (a) => `${a.member} has not sealed an answer.`,
  SealMismatch: (a) => `What ${a.member} revealed is not what it had sealed.`,
  CommitmentMismatch: () => 'What was opened is not what the node had committed to.',
  OutcomeInvalid: () => 'The outcome is not one that may be stated here.',
  NotOpened: () => "The node's result is not opened yet.",
  NotCustomer: () => 'Only the customer of the order may do this.',
  InsufficientBalance: (a) => `The escrow balance is ${oGPU(a.balance)}, needed are ${oGPU(a.needed)}.`,
  InsufficientLocked: () => 'Less is locked than this would take.',
  ZeroAmount: () => 'The amount is zero.',
  ZeroAddress: () => 'The address is empty.',
  EntriesPaused: (a) => `New entries are paused until ${at(a.until)}; exits work.`,
  NodeTaken: (a) => `Node ${a.node} is registered already.`,
  NodeUnknown: (a) => `Node ${a.node} is not registered.`,
  NotNodeOwner: () => 'Only the owner of the node may do this.',
  OwnerIsNode: () => "The node's key must be another one than its owner's.",
  BondTooSmall: (a) => `The bond of ${oGPU(a.bond)} is below the minimum of ${oGPU(a.minimum)}.`,
  NotEnoughFreeBond: (a) => `Free bond is ${oGPU(a.free)}, needed are ${oGPU(a.needed)}.`,
  StillLocked: () => 'Part of the bond is still locked for open duties.',
  UnbondingUntil: (a) => `The bond can leave from ${at(a.unbondAt)} on.`,
  ERC20InsufficientBalance: (a) => `The wallet holds ${oGPU(a.balance)}, needed are ${oGPU(a.needed)}.`,
  ERC20InsufficientAllowance: (a) =>
    `The contract may take ${oGPU(a.allowance)}, needed are ${oGPU(a.needed)}.`,
  PermitExpired: (a) => `The permit was valid until ${at(a.deadline)}.`,
  AmountTooLarge: () => 'The amount is too large.',
  Insolvent: () => 'This would promise more than the contract holds.',
  WrongOrder: () => 'The message is about another order.',
  NotUnbonding: () => 'The node is not leaving.',
  NotMarket: () => 'Only the task market may do this.',
  MarketAlreadySet: () => 'The contracts are joined already.',
  NotGuardian: () => 'Only the guardian may do this.',
  OwnerRequired: () => 'The contract must have an owner.',
  PauseTooSoon: (a) => `Entries can be paused again from ${at(a.from)} on.`,
  OwnableInvalidOwner: () => 'This owner is not allowed.',
  OwnableUnauthorizedAccount: () => 'Only the owner of the contract may do this.',
  ReentrancyGuardReentrantCall: () => 'The contract was called from inside its own call.',
  SafeERC20FailedOperation: () => 'The token refused the transfer.',
  ECDSAInvalidSignature: () => 'The signature is not one.',
  ECDSAInvalidSignatureLength: () => 'The signature has a wrong length.',
  ECDSAInvalidSignatureS: () => 'The signature is a changed copy of another one.',
  ERC20InvalidApprover: () => 'An empty address cannot approve.',
  ERC20InvalidReceiver: () => 'The token cannot be sent to this address.',
  ERC20InvalidSender: () => 'The token cannot be sent from this address.',
  ERC20InvalidSpender: () => 'An empty address cannot be approved.',
  InvalidAccountNonce: () => 'The permit was used before or is out of order.',
  InvalidShortString: () => 'A text is broken.',
  StringTooLong: () => 'A text is too long.',
  PermitInvalid: () => 'The permit is not signed by the wallet.',
  AboveWalletLimit: (a) =>
    `A wallet may hold ${oGPU(a.limit)}; ${a.account} would hold ${oGPU(a.balance)}. Name another address.`,
  ExitToPair: () => 'Protocol contracts pay to wallets, not to an exchange. Name a wallet.',
  TradingClosed: () => 'Trading of oGPU has not been opened yet.',
  TradingAlreadyOpen: () => 'Trading is open already.',
  OutOfBounds: (a) => `The value ${a.value} is outside its bounds ${a.min} to ${a.max}.`,
  TooSoon: (a) => `This is allowed again from ${at(a.from)} on.`,
  AlreadyExempt: () => 'The address is exempt from the wallet limit already.',
  NotExempt: () => 'The address is not exempt from the wallet limit.',
  CoreExemption: () => 'This exemption is permanent.',
  IsExempt: () => 'A contract of the protocol cannot be an exchange.',
  IsPair: () => 'An exchange pair cannot be a contract of the protocol.',
  AlreadyPair: () => 'This pair is registered already.',
  NotPair: () => 'This is not a registered pair.',
  DerivedPair: () => 'A pair of the known factory stays registered.',
  SamePairToken: () => 'oGPU has no pair with itself.',
  NotAContract: () => 'There is no contract at this address.',
  NotEnoughLockedBond: (a) => `Of the bond ${oGPU(a.locked)} are locked, ${oGPU(a.needed)} would be needed.`,
  ClassReserved: (a) => `GPU class ${a.gpuClass} stands for all classes; a node cannot be of it.`,
  ClassEmpty: (a) => `No node is registered in GPU class ${a.gpuClass}.`,
  RoundPending: (a) => `Round ${a.round} of this class waits for its seed.`,
  RoundRunning: (a) => `Round ${a.round} of this class runs until ${at(a.endsAt)}.`,
  NothingAnnounced: () => 'No round of this class waits for its seed.',
  RoundNotOpen: (a) => `Round ${a.round} of this class is not open.`,
  AlreadyAttested: (a) => `The node answered round ${a.round}, or registered after it was announced.`,
  WrongChallenge: () => 'The answer is to another challenge.',
  PowerOutOfBounds: (a) => `A power of ${a.power} is outside the bounds ${a.min} to ${a.max}.`,
  NotEnoughAttestors: (a) => `${a.signed} drawn attestors signed, ${a.needed} are needed.`,
  NotEnoughGas: (a) => `The call must leave ${a.needed} gas at this point; ${a.left} were left.`,
  AlreadySet: () => 'This is set once and for all, and was.',
  NoContract: () => 'There is no contract at this address.',
}

/** Reasons that go away by time alone, so that trying again later is right. */
const PASSING: ReadonlySet<string> = new Set(['TooEarly', 'SeedNotReady', 'EntriesPaused'])

/** True when the same call may succeed later without anybody doing anything. */
export function mayPass(revert: Revert): boolean {
  return PASSING.has(revert.name)
}

/** The revert data inside anything that viem or a node throws; null when there is none. */
export function revertData(error: unknown): Hex | null {
  for (let at: unknown = error, depth = 0; at !== null && typeof at === 'object' && depth < 12; depth++) {
    const { data, cause } = at as { data?: unknown; cause?: unknown }
    if (typeof data === 'string' && /^0x([0-9a-fA-F]{2})*$/.test(data)) return data as Hex
    if (data !== null && typeof data === 'object') {
      const inner = (data as { data?: unknown }).data
      if (typeof inner === 'string' && /^0x([0-9a-fA-F]{2})*$/.test(inner)) return inner as Hex
    }
    at = cause
  }
  return null
}

/** True when the node executed the call and it reverted; false when the node could not be asked. */
export function isRevert(error: unknown): boolean {
  if (revertData(error) !== null) return true
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 12; at = at.cause, depth++) {
    if ((at as { code?: unknown }).code === 3) return true
    if (/execution reverted|\brevert(ed)?\b/i.test(at.message)) return true
  }
  return false
}

/** Decodes revert data (or whatever was thrown around it). Always gives a sentence. */
export function decodeRevert(from: unknown): Revert {
  const data = typeof from === 'string' && from.startsWith('0x') ? (from as Hex) : revertData(from)
  if (data === null || data === '0x')
    return { name: 'Reverted', args: [], sentence: 'The contract refused without giving a reason.' }
  for (const abi of Object.values(ABIS)) {
    try {
      const { errorName, args, abiItem } = decodeErrorResult({ abi, data })
      const inputs = 'inputs' in abiItem ? abiItem.inputs : []
      const shown = inputs.map((input, index) => ({
        name: input.name || `${index}`,
        value: showStored((args as readonly unknown[] | undefined)?.[index]),
      }))
      return { name: errorName, args: shown, sentence: sentenceOf(errorName, shown) }
    } catch {
      // Not an error of this contract.
    }
  }
  return {
    name: 'Unknown',
    args: [{ name: 'data', value: data }],
    sentence: `The contract refused for a reason we do not know (${data.slice(0, 10)}).`,
  }
}

function sentenceOf(name: string, args: Revert['args']): string {
  if (name === 'Error') return `The contract refused: ${args[0]?.value ?? ''}`
  if (name === 'Panic') return `The contract failed with fault ${args[0]?.value ?? ''}.`
  const known = SENTENCES[name]
  if (known) return known(Object.fromEntries(args.map((arg) => [arg.name, arg.value])))
  return `The contract refused: ${name}(${args.map((arg) => `${arg.name} ${arg.value}`).join(', ')})`
}
