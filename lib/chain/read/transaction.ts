/** One transaction for the explorer: what it called, what it did, why it failed. */
import type { TransactionReceipt } from 'viem'
import { type Hex, lower } from '../../kernel/ids.ts'
import type { TransactionView } from '../../protocol/views.ts'
import type { Chain } from '../client.ts'
import { decodeTransaction } from '../rules/decodeTransaction.ts'
import { decodeRevert, isRevert } from '../rules/revert.ts'
import type { At } from '../write/call.ts'

/** Everything but the jobs it belongs to, which the caller knows. Status 'unknown' when the node has never heard of it. */
export async function transactionView(
  chain: Chain,
  deployment: At,
  hash: Hex,
): Promise<Omit<TransactionView, 'jobs'>> {
  const client = chain.publicClient
  const [transaction, receipt, head] = await Promise.all([
    client.getTransaction({ hash }).catch(orNull('TransactionNotFoundError')),
    client.getTransactionReceipt({ hash }).catch(orNull('TransactionReceiptNotFoundError')),
    client.getBlockNumber({ cacheTime: 0 }),
  ])
  if (!transaction)
    return {
      hash,
      status: 'unknown',
      block: null,
      at: null,
      confirmations: 0,
      from: null,
      to: null,
      contract: null,
      call: null,
      revert: null,
      gasUsed: null,
      events: [],
    }
  const { contract, call, events } = decodeTransaction(deployment.addresses, {
    to: transaction.to,
    input: transaction.input,
    logs: receipt?.logs ?? [],
  })
  const block = receipt ? await client.getBlock({ blockHash: receipt.blockHash }) : null
  const reverted = receipt?.status === 'reverted'
  return {
    hash: lower(hash),
    status: receipt ? (reverted ? 'reverted' : 'mined') : 'pending',
    block: receipt ? Number(receipt.blockNumber) : null,
    at: block ? new Date(Number(block.timestamp) * 1000).toISOString() : null,
    confirmations: receipt ? Number(head - receipt.blockNumber) + 1 : 0,
    from: lower(transaction.from),
    to: transaction.to && lower(transaction.to),
    contract,
    call: call && { name: call.name, args: [...call.args] },
    revert: receipt && reverted ? await whyReverted(chain, transaction, receipt) : null,
    gasUsed: receipt ? receipt.gasUsed.toString() : null,
    events: events.map((event) => ({ contract: event.contract, name: event.name, args: [...event.args] })),
  }
}

/** Runs the call again on the state before its block. What other transactions of the block changed is not seen. */
async function whyReverted(
  chain: Chain,
  transaction: { from: Hex; to: Hex | null; input: Hex; value: bigint },
  receipt: TransactionReceipt,
): Promise<{ name: string; args: { name: string; value: string }[] } | null> {
  const { from, to, input: data, value } = transaction
  const call = { from, to, data, value: `0x${value.toString(16)}` }
  for (const at of [receipt.blockNumber - 1n, receipt.blockNumber]) {
    try {
      await chain.request('eth_call', [call, `0x${at.toString(16)}`])
    } catch (error) {
      if (!isRevert(error)) return null
      const { name, args } = decodeRevert(error)
      return { name, args: [...args] }
    }
  }
  return null
}

/** By name, not by class: pages have a copy of the library of their own, and the client lives in the server's. */
function orNull(name: string): (error: unknown) => null {
  return (error) => {
    if (error instanceof Error && error.name === name) return null
    throw error
  }
}
