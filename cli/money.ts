/** The customer's money: what lies in escrow, and how more gets there. Approvals are always for the exact amount. */
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  type PrivateKeyAccount,
  parseAbi,
} from 'viem'
import * as z from 'zod'
import type { Address } from '../lib/kernel/ids.ts'
import { formatOgpu } from '../lib/kernel/money.ts'
import type { NetworkView } from '../lib/protocol/views.ts'
import type { NetworkClient } from './client.ts'
import { CliError, EXIT } from './exit.ts'

const TOKEN = parseAbi(['function approve(address spender, uint256 amount) returns (bool)'])
const ESCROW = parseAbi(['function deposit(uint256 amount)'])

/** Balances in wei of oGPU (wallet, escrow, locked) and of ETH. */
export const balancesSchema = z.object({
  wallet: z.string().transform(BigInt),
  escrow: z.string().transform(BigInt),
  locked: z.string().transform(BigInt),
  eth: z.string().transform(BigInt),
})

/** Moves `amount` wei from the wallet into escrow: one exact approval and one deposit, both waited for. */
export async function deposit(
  network: NetworkView,
  account: PrivateKeyAccount,
  amount: bigint,
): Promise<void> {
  const chain = defineChain({
    id: network.chainId,
    name: 'OpenGPU',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [network.rpcUrl] } },
  })
  const transport = http(network.rpcUrl)
  const wallet = createWalletClient({ account, chain, transport })
  const reader = createPublicClient({ chain, transport, pollingInterval: 200 })
  const escrow = network.addresses.escrow as Address
  const approved = await wallet.writeContract({
    address: network.addresses.ogpu as Address,
    abi: TOKEN,
    functionName: 'approve',
    args: [escrow, amount],
  })
  await reader.waitForTransactionReceipt({ hash: approved })
  const deposited = await wallet.writeContract({
    address: escrow,
    abi: ESCROW,
    functionName: 'deposit',
    args: [amount],
  })
  const receipt = await reader.waitForTransactionReceipt({ hash: deposited })
  if (receipt.status !== 'success')
    throw new CliError(
      EXIT.network,
      `The deposit of ${formatOgpu(amount)} oGPU was refused by the chain (${deposited}).`,
      'deposit',
    )
}

/**
 * Makes sure that escrow holds `needed` wei. On the embedded chain the test customer is given test money by the faucet;
 * on any other the customer deposits what the wallet holds, or is told how much is missing.
 */
export async function ensureFunds(
  client: NetworkClient,
  network: NetworkView,
  account: PrivateKeyAccount,
  needed: bigint,
): Promise<void> {
  let balances = await client.json(balancesSchema, 'GET', '/api/v1/account')
  if (balances.escrow >= needed) return
  const missing = needed - balances.escrow
  if (network.embedded && (balances.wallet < missing || balances.eth === 0n)) {
    await client.request('POST', '/api/v1/faucet', { address: account.address })
    balances = await client.json(balancesSchema, 'GET', '/api/v1/account')
  }
  if (balances.wallet < missing) {
    throw new CliError(
      EXIT.usage,
      `The job locks ${formatOgpu(needed)} oGPU; escrow holds ${formatOgpu(balances.escrow)} and the wallet ${formatOgpu(balances.wallet)}. ${formatOgpu(missing - balances.wallet)} oGPU are missing.`,
      'balance-too-low',
    )
  }
  // On the embedded chain a larger part is deposited at once, so that the next jobs start without a transaction.
  await deposit(
    network,
    account,
    network.embedded && balances.wallet / 2n > missing ? balances.wallet / 2n : missing,
  )
}
