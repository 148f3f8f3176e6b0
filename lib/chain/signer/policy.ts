/** What the network's keys may sign: default deny. Everything not listed here is refused before a key is touched. */
import { type AbiFunction, toFunctionSelector } from 'viem'
import { AppError } from '../../kernel/errors.ts'
import type { Address, Hex } from '../../kernel/ids.ts'
import type { Deployment } from '../deployment.ts'
import { ABIS, type ContractName, contractAt } from '../rules/contracts.ts'

/**
 * The calls that anyone may carry and that move nobody's money by the sender's own right. No transfer, no approval, no
 * parameter, no withdrawal of the relayer's own.
 */
const CARRIED: Partial<Record<ContractName, readonly string[]>> = {
  taskMarket: [
    'submit',
    'submitMany',
    'submitAndAward',
    'award',
    'bid',
    'awardWindow',
    'start',
    'handBack',
    'replace',
    'submitResult',
    'draw',
    'seal',
    'reveal',
    'settle',
    'cancel',
    'expire',
  ],
  escrow: ['withdrawWithSig'],
}

const SELECTORS: ReadonlyMap<ContractName, ReadonlySet<Hex>> = new Map(
  (Object.entries(CARRIED) as [ContractName, readonly string[]][]).map(([contract, names]) => [
    contract,
    new Set(
      (ABIS[contract] as readonly { type: string; name?: string }[])
        .filter((item): item is AbiFunction => item.type === 'function' && names.includes(item.name ?? ''))
        .map((item) => toFunctionSelector(item)),
    ),
  ]),
)

/** A transaction before it is signed. */
export interface Unsigned {
  readonly chainId: number
  readonly to: Address
  readonly data: Hex
  readonly value: bigint
}

/**
 * Throws AppError `signer-refused` (403) unless the relayer key may sign this: a listed call to a contract of the deployment on its
 * own chain without value, or an empty transaction to itself (which fills a nonce and does nothing).
 */
export function assertRelayerMaySign(deployment: Deployment, self: Address, transaction: Unsigned): void {
  const refused = (why: string): AppError =>
    new AppError('signer-refused', `The relayer's key does not sign this: ${why}.`, {
      status: 403,
      details: { to: transaction.to, selector: transaction.data.slice(0, 10) },
    })
  if (transaction.chainId !== deployment.chainId)
    throw refused(`it is for chain ${transaction.chainId}, the network lives on chain ${deployment.chainId}`)
  if (transaction.value !== 0n) throw refused('it carries ETH')
  if (transaction.to.toLowerCase() === self.toLowerCase() && transaction.data === '0x') return
  const contract = contractAt(deployment.addresses, transaction.to)
  if (contract === null) throw refused('it does not go to a contract of this deployment')
  const selector = transaction.data.slice(0, 10).toLowerCase() as Hex
  if (!SELECTORS.get(contract)?.has(selector))
    throw refused(`the call ${selector} to ${contract} is not one that is carried`)
}
