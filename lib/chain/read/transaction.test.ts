import { describe, expect, it } from 'vitest'
import type { Chain } from '../client.ts'
import { transactionView } from './transaction.ts'

const HASH = `0x${'ab'.repeat(32)}` as const
const ADDRESS = `0x${'01'.repeat(20)}` as const
const deployment = {
  addresses: { ogpu: ADDRESS, nodeRegistry: ADDRESS, escrow: ADDRESS, taskMarket: ADDRESS },
} as Parameters<typeof transactionView>[1]

/** A client whose library is another copy than ours, as it is for a page: its errors have our names and not our classes. */
function elsewhere(name: string): Chain {
  const fails = async () => {
    throw Object.assign(new Error('it could not be found'), { name })
  }
  const publicClient = { getTransaction: fails, getTransactionReceipt: fails, getBlockNumber: async () => 7n }
  return { publicClient } as unknown as Chain
}

describe('a transaction for the explorer', () => {
  it('that nobody sent is unknown, whichever copy of the library says so', async () => {
    const chain = elsewhere('TransactionReceiptNotFoundError')
    chain.publicClient.getTransaction = async () => {
      throw Object.assign(new Error('no such transaction'), { name: 'TransactionNotFoundError' })
    }
    expect(await transactionView(chain, deployment, HASH)).toMatchObject({ status: 'unknown', block: null })
  })

  it('is not called unknown when the chain could not be asked', async () => {
    await expect(transactionView(elsewhere('HttpRequestError'), deployment, HASH)).rejects.toThrow()
  })
})
