import {
  type Config,
  disconnect,
  getConnection,
  getPublicClient,
  getWalletClient,
  sendTransaction,
  signMessage,
  signTypedData,
  switchChain,
} from '@wagmi/core'
import { encodeFunctionData, getAddress, type Hex, type TransactionReceipt, type TypedDataDomain } from 'viem'
import { createSiweMessage } from 'viem/siwe'
import { escrowAbi, ogpuAbi } from '#lib/chain/generated/abis.ts'
import { decodeRevert, isRevert } from '#lib/chain/rules/revert.ts'
import type { NetworkView } from '#lib/protocol/views.ts'

const ABI_OF = { ogpu: ogpuAbi, escrow: escrowAbi } as const

/** A call to one of the network's contracts, by name, so that pages need not carry the ABIs. */
export interface ContractCall {
  readonly contract: keyof typeof ABI_OF
  readonly functionName: string
  readonly args: readonly unknown[]
}

export interface Signable {
  readonly domain: TypedDataDomain
  readonly types: Record<string, readonly { name: string; type: string }[]>
  readonly primaryType: string
  readonly message: Record<string, unknown>
}

export type Replacement = { readonly reason: 'replaced' | 'repriced' | 'cancelled'; readonly hash: Hex }

/** Everything pages do with a wallet. Made once, by the loaded wallet stack. */
export interface WalletActions {
  readonly network: NetworkView
  /** Shows the dialog of wallets. */
  openConnect: () => Promise<void>
  connectTest: () => Promise<void>
  disconnect: () => Promise<void>
  /** Chain id the wallet is on; null without a wallet. */
  chainId: () => number | null
  address: () => `0x${string}` | null
  switchChain: () => Promise<void>
  /** Asks the chain what the call would do; a string is the decoded reason it would revert. */
  rehearse: (call: ContractCall) => Promise<string | null>
  send: (call: ContractCall) => Promise<Hex>
  wait: (hash: Hex, onReplaced: (replacement: Replacement) => void) => Promise<TransactionReceipt>
  /** The reason a mined transaction reverted. */
  reasonOf: (hash: Hex) => Promise<string>
  signTyped: (data: Signable) => Promise<Hex>
  signIn: (statement: string) => Promise<`0x${string}`>
  read: (call: ContractCall) => Promise<unknown>
}

/** The message of a JSON problem, or the status. */
async function problem(response: Response): Promise<string> {
  try {
    const body = (await response.json()) as { detail?: string; title?: string; message?: string }
    return body.detail ?? body.message ?? body.title ?? `${response.status}`
  } catch {
    return `${response.status}`
  }
}

export function walletActions(
  config: Config,
  network: NetworkView,
  openConnect: () => Promise<void>,
  connectTest: () => Promise<void>,
): WalletActions {
  const client = () => {
    const found = getPublicClient(config, { chainId: network.chainId })
    if (!found) throw new Error(`no connection to chain ${network.chainId}`)
    return found
  }
  const account = () => {
    const { address } = getConnection(config)
    if (!address) throw new Error('no wallet is connected')
    return address
  }
  const encode = (call: ContractCall) => ({
    to: network.addresses[call.contract] as Hex,
    data: encodeFunctionData({
      abi: ABI_OF[call.contract],
      functionName: call.functionName,
      args: call.args,
    } as never),
  })
  return {
    network,
    openConnect,
    connectTest,
    disconnect: () => disconnect(config),
    chainId: () => getConnection(config).chainId ?? null,
    address: () => getConnection(config).address ?? null,
    switchChain: async () => {
      await switchChain(config, { chainId: network.chainId })
    },
    rehearse: async (call) => {
      try {
        await client().call({ account: account(), ...encode(call) })
        return null
      } catch (error) {
        if (isRevert(error)) return decodeRevert(error).sentence
        throw error
      }
    },
    send: async (call) => {
      // Fetched anew each time, so that a wallet that changed its account or chain is noticed.
      await getWalletClient(config, { chainId: network.chainId })
      return sendTransaction(config, { chainId: network.chainId, ...encode(call) })
    },
    wait: (hash, onReplaced) =>
      client().waitForTransactionReceipt({
        hash,
        pollingInterval: network.embedded ? 200 : 2000,
        retryCount: 20,
        onReplaced: (replacement) =>
          onReplaced({ reason: replacement.reason, hash: replacement.transaction.hash }),
      }),
    reasonOf: async (hash) => {
      const transaction = await client().getTransaction({ hash })
      try {
        await client().call({
          account: transaction.from,
          to: transaction.to,
          data: transaction.input,
          value: transaction.value,
          ...(transaction.blockNumber === null ? {} : { blockNumber: transaction.blockNumber }),
        })
      } catch (error) {
        return decodeRevert(error).sentence
      }
      return decodeRevert('0x').sentence
    },
    // No account is named in the calls that sign: the wallet's own client knows how its account signs.
    signTyped: (data) => signTypedData(config, data as never),
    signIn: async (statement) => {
      const address = account()
      const given = await fetch('/api/v1/auth/nonce', { method: 'POST' })
      if (!given.ok) throw new Error(await problem(given))
      const { nonce } = (await given.json()) as { nonce: string }
      const message = createSiweMessage({
        address: getAddress(address),
        chainId: network.chainId,
        domain: window.location.host,
        uri: window.location.origin,
        version: '1',
        nonce,
        statement,
        issuedAt: new Date(),
      })
      const signature = await signMessage(config, { message })
      const answer = await fetch('/api/v1/auth/verify', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ message, signature }),
      })
      if (!answer.ok) throw new Error(await problem(answer))
      return address
    },
    read: async (call) =>
      client().readContract({
        address: network.addresses[call.contract] as Hex,
        abi: ABI_OF[call.contract],
        functionName: call.functionName,
        args: call.args,
      } as never),
  }
}
