/** One account that sends the transactions of a deployment, one after the other. */
import type { Account, Chain, Hex, PublicClient, TransactionReceipt, Transport, WalletClient } from 'viem'
import { AppError } from '../kernel/errors.ts'
import { type Address, lower } from '../kernel/ids.ts'

export type Deployer = WalletClient<Transport, Chain, Account>

export interface Sender {
  readonly wallet: Deployer
  readonly read: PublicClient
  /** Waits until the transaction is mined. Throws AppError `deployment.failed` when it reverted. */
  send(what: string, hash: Promise<Hex>): Promise<TransactionReceipt>
  /** Deploys code and returns its address. Throws AppError `deployment.failed`. */
  create(what: string, data: Hex): Promise<Address>
}

export function createSender(wallet: Deployer, read: PublicClient): Sender {
  const failed = (what: string) =>
    new AppError('deployment.failed', `deploying the contracts stopped: ${what}`, { status: 500 })
  const send = async (what: string, hash: Promise<Hex>) => {
    const receipt = await read.waitForTransactionReceipt({ hash: await hash })
    if (receipt.status !== 'success') throw failed(`${what} reverted`)
    return receipt
  }
  const create = async (what: string, data: Hex) => {
    const receipt = await send(what, wallet.sendTransaction({ data }))
    if (!receipt.contractAddress) throw failed(`${what} made no contract`)
    return lower(receipt.contractAddress)
  }
  return { wallet, read, send, create }
}
