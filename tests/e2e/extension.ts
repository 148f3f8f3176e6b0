/**
 * A wallet extension as pages meet one: announced by EIP-6963, with its key, its questions and its connection to the chain
 * outside the page. The test is the person in front of it.
 */
import type { Page } from '@playwright/test'
import {
  createWalletClient,
  type Hex,
  hexToNumber,
  http,
  numberToHex,
  type TypedDataDefinition,
  type WalletClient,
} from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'

export const EXTENSION_NAME = 'Pocket'

interface RpcProblem {
  readonly code: number
  readonly message: string
}
type Answer = { readonly result: unknown } | { readonly error: RpcProblem }

class Refusal extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** What a wallet asks its person about before it does it. */
export const QUESTIONS: ReadonlySet<string> = new Set([
  'eth_requestAccounts',
  'personal_sign',
  'eth_signTypedData_v4',
  'eth_sendTransaction',
  'wallet_switchEthereumChain',
  'wallet_addEthereumChain',
])

export class Extension {
  /** The questions to which the person says no. */
  declined: ReadonlySet<string> = new Set()
  /** Every question that was put to the person, in order. */
  readonly questions: string[] = []
  #account: PrivateKeyAccount = privateKeyToAccount(generatePrivateKey())
  #chainId: number
  #connected = false
  readonly #page: Page
  /** RPC address by chain id, as a wallet's own list of networks. */
  readonly #chains = new Map<number, string>()

  private constructor(page: Page, chainId: number) {
    this.#page = page
    this.#chainId = chainId
  }

  /** Puts the extension into every document this page will load. It stands on `chainId` at first. */
  static async install(page: Page, chainId: number): Promise<Extension> {
    const extension = new Extension(page, chainId)
    await page.exposeBinding('extensionRequest', (_, method: string, params: unknown[]) =>
      extension.#answer(method, params),
    )
    await page.addInitScript((name) => {
      type Listener = (value: unknown) => void
      const inside = window as unknown as {
        extensionRequest: (method: string, params: unknown) => Promise<Answer>
        extensionEmit: (event: string, value: unknown) => void
      }
      const listeners = new Map<string, Set<Listener>>()
      const provider = {
        on: (event: string, listener: Listener) =>
          listeners.set(event, (listeners.get(event) ?? new Set()).add(listener)),
        removeListener: (event: string, listener: Listener) => listeners.get(event)?.delete(listener),
        request: async ({ method, params }: { method: string; params?: unknown }) => {
          const answer = await inside.extensionRequest(method, params ?? [])
          if ('error' in answer)
            throw Object.assign(new Error(answer.error.message), { code: answer.error.code })
          return answer.result
        },
      }
      inside.extensionEmit = (event, value) => {
        for (const listener of listeners.get(event) ?? []) listener(value)
      }
      const info = Object.freeze({
        uuid: '7a1f9b52-3f4e-4d0a-9d0f-5c1f4c1f2e10',
        name,
        rdns: 'org.example.pocket',
        icon: 'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"%3E%3Cpath d="M0 0h8v8H0z"/%3E%3C/svg%3E',
      })
      const announce = () =>
        window.dispatchEvent(
          new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }),
        )
      window.addEventListener('eip6963:requestProvider', announce)
      announce()
    }, EXTENSION_NAME)
    return extension
  }

  get address(): string {
    return this.#account.address.toLowerCase()
  }

  get chainId(): number {
    return this.#chainId
  }

  /** A network the wallet knows already, as if it had been added some other day. */
  knows(chainId: number, rpcUrl: string): this {
    this.#chains.set(chainId, rpcUrl)
    return this
  }

  /** The person picks another network in the wallet. */
  async moveTo(chainId: number): Promise<void> {
    this.#chainId = chainId
    await this.#emit('chainChanged', numberToHex(chainId))
  }

  /** The person picks another account in the wallet. */
  async changeAccount(): Promise<void> {
    this.#account = privateKeyToAccount(generatePrivateKey())
    await this.#emit('accountsChanged', [this.#account.address])
  }

  async #emit(event: string, value: unknown): Promise<void> {
    await this.#page.evaluate(
      ([name, payload]) =>
        (window as unknown as { extensionEmit: (name: string, payload: unknown) => void }).extensionEmit(
          name,
          payload,
        ),
      [event, value] as const,
    )
  }

  async #answer(method: string, params: unknown[]): Promise<Answer> {
    try {
      if (QUESTIONS.has(method)) {
        // A known page is not asked about again.
        if (method !== 'eth_requestAccounts' || !this.#connected) this.questions.push(method)
        if (this.declined.has(method)) {
          // No person says no within a frame; the dialog shows the question first.
          await new Promise((resolve) => setTimeout(resolve, 300))
          throw new Refusal(4001, 'User rejected the request.')
        }
      }
      return { result: (await this.#do(method, params)) ?? null }
    } catch (error) {
      const { code, message } = error as Partial<RpcProblem>
      return {
        error: {
          code: typeof code === 'number' ? code : -32603,
          message: String(message ?? error).split('\n')[0] ?? '',
        },
      }
    }
  }

  async #do(method: string, params: unknown[]): Promise<unknown> {
    switch (method) {
      case 'eth_requestAccounts':
        this.#connected = true
        return [this.#account.address]
      case 'eth_accounts':
        return this.#connected ? [this.#account.address] : []
      case 'eth_chainId':
        return numberToHex(this.#chainId)
      case 'personal_sign':
        return this.#account.signMessage({ message: { raw: params[0] as Hex } })
      case 'eth_signTypedData_v4':
        return this.#signTyped(params)
      case 'eth_sendTransaction':
        return this.#send(params[0] as { to: Hex; data: Hex; value?: Hex })
      case 'wallet_switchEthereumChain': {
        const { chainId } = params[0] as { chainId: Hex }
        if (!this.#chains.has(hexToNumber(chainId))) throw new Refusal(4902, 'Unrecognized chain ID.')
        return this.moveTo(hexToNumber(chainId)).then(() => null)
      }
      case 'wallet_addEthereumChain': {
        const { chainId, rpcUrls } = params[0] as { chainId: Hex; rpcUrls: string[] }
        this.knows(hexToNumber(chainId), rpcUrls[0] as string)
        return this.moveTo(hexToNumber(chainId)).then(() => null)
      }
      default:
        return this.#client().request({ method, params } as never)
    }
  }

  #signTyped(params: unknown[]): Promise<Hex> {
    const [address, text] = params as [string, string]
    const data = JSON.parse(text) as TypedDataDefinition & { domain: { chainId?: number | string } }
    if (address.toLowerCase() !== this.address) throw new Refusal(4100, 'Not this account.')
    if (data.domain.chainId !== undefined && Number(data.domain.chainId) !== this.#chainId)
      throw new Refusal(-32602, `Provided chainId must match the active chainId "${this.#chainId}"`)
    return this.#account.signTypedData(data)
  }

  #send(transaction: { to: Hex; data: Hex; value?: Hex }): Promise<Hex> {
    return this.#client().sendTransaction({
      account: this.#account,
      chain: null,
      to: transaction.to,
      data: transaction.data,
      ...(transaction.value === undefined ? {} : { value: BigInt(transaction.value) }),
    })
  }

  #client(): WalletClient {
    const rpcUrl = this.#chains.get(this.#chainId)
    if (rpcUrl === undefined) throw new Refusal(4901, `No connection to chain ${this.#chainId}.`)
    return createWalletClient({ transport: http(rpcUrl) })
  }
}
