/** One account that sends the transactions of a deployment, one after the other, each at most once. */
import {
  type Abi,
  type Chain,
  type ContractFunctionArgs,
  type ContractFunctionName,
  concat,
  encodeFunctionData,
  type Hex,
  keccak256,
  type LocalAccount,
  numberToHex,
  type PublicClient,
  pad,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
  type Transport,
  type WalletClient,
} from 'viem'
import { AppError, messageOf } from '../kernel/errors.ts'
import { type Address, lower } from '../kernel/ids.ts'
import type { DeployJournal, SignedStep } from './deployJournal.ts'

/** The key is at hand: a step is signed and written down before it is sent. */
export type Deployer = WalletClient<Transport, Chain, LocalAccount>

const RECEIPT_TRIES = 50
const RECEIPT_PAUSE_MS = 100

type Writes = 'nonpayable' | 'payable'

export interface Sender {
  readonly deployer: Address
  readonly read: PublicClient
  /** The block the deployment began at, also when it goes on now. */
  readonly fromBlock: bigint
  /** The nonce that step `what` has, or will have when it is the next one. */
  nonceOf(what: string): Promise<number>
  /**
   * Deploys code and returns its address. A step is known by `what`: one that was sent before is not sent again. Throws
   * AppError `deployment.failed`, and `deployment.otherPlan` when the step was begun with other code or arguments.
   */
  create(what: string, data: Hex): Promise<Address>
  /** Calls a function, as `create` does. */
  call<const abi extends Abi, name extends ContractFunctionName<abi, Writes>>(
    what: string,
    call: {
      readonly address: Address
      readonly abi: abi
      readonly functionName: name
      readonly args?: ContractFunctionArgs<abi, Writes, name>
      readonly value?: bigint
    },
  ): Promise<void>
}

interface Transaction {
  readonly to?: Address
  readonly data: Hex
  readonly value?: bigint
}

export async function openSender(
  wallet: Deployer,
  read: PublicClient,
  journal: DeployJournal,
): Promise<Sender> {
  const deployer = lower(wallet.account.address)
  const genesis = await read.getBlock({ blockNumber: 0n })
  const fromBlock = journal.begin({ genesis: genesis.hash, deployer, block: await read.getBlockNumber() })

  const nonceOf = async (what: string): Promise<number> =>
    journal.find(what)?.nonce ?? read.getTransactionCount({ address: deployer, blockTag: 'pending' })

  async function sign(what: string, transaction: Transaction, digest: Hex): Promise<SignedStep> {
    const request = await wallet.prepareTransactionRequest({ ...transaction, nonce: await nonceOf(what) })
    const raw = await wallet.signTransaction(request)
    return { digest, nonce: request.nonce, hash: keccak256(raw), raw }
  }

  async function run(what: string, transaction: Transaction): Promise<TransactionReceipt> {
    const digest = digestOf(transaction)
    let step = journal.find(what)
    if (step === undefined) {
      step = await sign(what, transaction, digest)
      journal.add(what, step)
    }
    if (step.digest !== digest)
      throw new AppError(
        'deployment.otherPlan',
        `the deployment was begun with other code or parameters (${what}): finish it with the same, or move its journal away`,
        { status: 500 },
      )
    const receipt = (await receiptOf(step.hash)) ?? (await broadcast(what, step))
    if (receipt.status !== 'success') throw failed(`${what} reverted`)
    return receipt
  }

  async function receiptOf(hash: Hex): Promise<TransactionReceipt | null> {
    try {
      return await read.getTransactionReceipt({ hash })
    } catch (error) {
      if (error instanceof TransactionReceiptNotFoundError) return null
      throw error
    }
  }

  /** Sending a transaction twice is harmless: its nonce serves once. Whether it came through, its receipt alone says. */
  async function broadcast(what: string, step: SignedStep): Promise<TransactionReceipt> {
    let refusal: unknown
    await wallet.sendRawTransaction({ serializedTransaction: step.raw }).catch((error: unknown) => {
      refusal = error
    })
    if (refusal === undefined) return read.waitForTransactionReceipt({ hash: step.hash })
    if ((await read.getTransactionCount({ address: deployer, blockTag: 'pending' })) <= step.nonce)
      throw failed(`${what}: ${messageOf(refusal)}`)
    // Refused because its nonce is used: by itself, whose receipt a node may show a moment late, or by another.
    for (let tries = 0; tries < RECEIPT_TRIES; tries++) {
      const receipt = await receiptOf(step.hash)
      if (receipt !== null) return receipt
      await new Promise((resolve) => setTimeout(resolve, RECEIPT_PAUSE_MS))
    }
    throw failed(
      `another transaction of ${deployer} took nonce ${step.nonce}, which was for ${what}; the key must serve this deployment alone`,
    )
  }

  return {
    deployer,
    read,
    fromBlock,
    nonceOf,
    create: async (what, data) => {
      const { contractAddress } = await run(what, { data })
      if (!contractAddress) throw failed(`${what} made no contract`)
      return lower(contractAddress)
    },
    call: async (what, { address, value, ...call }) => {
      const data = encodeFunctionData(call as Parameters<typeof encodeFunctionData>[0])
      await run(what, { to: address, data, ...(value === undefined ? {} : { value }) })
    },
  }
}

function digestOf({ to, data, value }: Transaction): Hex {
  return keccak256(concat([pad(to ?? '0x', { size: 20 }), pad(numberToHex(value ?? 0n), { size: 32 }), data]))
}

function failed(what: string): AppError {
  return new AppError('deployment.failed', `deploying the contracts stopped: ${what}`, { status: 500 })
}
