/**
 * Test money, on the embedded chain alone. It comes from the chain's first known account, whose key the chain node itself
 * holds. Two transactions sent at once can be given the same nonce by the node, so they are sent one after the other.
 */
import { encodeFunctionData, erc20Abi, numberToHex } from 'viem'
import type { Chain } from '../chain/client.ts'
import type { Deployment } from '../chain/deployment.ts'
import { ogpuAbi } from '../chain/generated/abis.ts'
import { EMBEDDED_CHAIN_ID } from '../kernel/embeddedChain.ts'
import { AppError } from '../kernel/errors.ts'
import type { Address, Hex } from '../kernel/ids.ts'
import { formatOgpu, WEI_PER_OGPU } from '../kernel/money.ts'

/** What one visit gives: 10,000 oGPU and 1 ETH for gas. */
export const FAUCET_OGPU = 10_000n * WEI_PER_OGPU
export const FAUCET_ETH = 10n ** 18n

let lastTurn: Promise<unknown> = Promise.resolve()

/** Runs after everybody who came before, whether they succeeded or not. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = lastTurn.then(work)
  lastTurn = turn.catch(() => undefined)
  return turn
}

/**
 * Sends test oGPU and ETH to an address and waits until both are mined. Returns the transactions. Throws AppError
 * `wallet-full` when the address would hold more oGPU than a wallet may, and `faucet-empty`.
 */
export async function dripFaucet(chain: Chain, deployment: Deployment, to: Address): Promise<Hex[]> {
  if (chain.chainId !== EMBEDDED_CHAIN_ID)
    throw new AppError('not-found', 'There is no faucet on this chain.', { status: 404 })
  const [from] = await chain.request<Address[]>('eth_accounts', [])
  if (from === undefined)
    throw new AppError(
      'faucet-empty',
      'The embedded chain holds no account to pay from. Start the network again.',
      { status: 503 },
    )
  await requireRoom(chain, deployment, to)
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [to, FAUCET_OGPU] })
  const hashes = await inTurn(async () => [
    await chain.request<Hex>('eth_sendTransaction', [{ from, to: deployment.addresses.ogpu, data }]),
    await chain.request<Hex>('eth_sendTransaction', [{ from, to, value: numberToHex(FAUCET_ETH) }]),
  ])
  for (const hash of hashes) {
    const receipt = await chain.publicClient.waitForTransactionReceipt({
      hash,
      pollingInterval: 50,
      timeout: 15_000,
    })
    if (receipt.status !== 'success')
      throw new AppError('faucet-empty', 'The faucet has no test money left.', {
        status: 503,
        details: { transaction: hash },
      })
  }
  return hashes
}

/** The token's own refusal would reach people as a failed estimate, without the numbers. */
async function requireRoom(chain: Chain, deployment: Deployment, to: Address): Promise<void> {
  const token = { address: deployment.addresses.ogpu, abi: ogpuAbi } as const
  const [balance, limit, exempt] = await Promise.all([
    chain.publicClient.readContract({ ...token, functionName: 'balanceOf', args: [to] }),
    chain.publicClient.readContract({ ...token, functionName: 'walletLimit' }),
    chain.publicClient.readContract({ ...token, functionName: 'isExempt', args: [to] }),
  ])
  if (exempt || balance + FAUCET_OGPU <= limit) return
  throw new AppError(
    'wallet-full',
    `This address holds ${formatOgpu(balance)} oGPU, and no wallet may hold more than ${formatOgpu(limit)}. Deposit or send some first.`,
    { status: 409 },
  )
}
