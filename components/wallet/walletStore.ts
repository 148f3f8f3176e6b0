'use client'

import type { NetworkView } from '#lib/protocol/views.ts'
import type { WalletActions } from './walletActions.ts'

/** What the light part of the page knows of the wallet. The heavy part (wagmi, RainbowKit) writes it once it is loaded. */
export interface WalletState {
  readonly phase: 'cold' | 'loading' | 'ready' | 'failed'
  readonly network: NetworkView | null
  readonly address: `0x${string}` | null
  readonly chainId: number | null
  /** The wallet that is connected is this browser's test wallet. */
  readonly isTest: boolean
  /** The dialog of wallets is open. */
  readonly choosing: boolean
}

const COLD: WalletState = {
  phase: 'cold',
  network: null,
  address: null,
  chainId: null,
  isTest: false,
  choosing: false,
}
const REMEMBERED = 'wallet.remembered'

let state = COLD
let actions: WalletActions | null = null
const listeners = new Set<() => void>()
const waiting: { resolve: (actions: WalletActions) => void; reject: (error: Error) => void }[] = []

export const walletStore = {
  get: () => state,
  getServer: () => COLD,
  subscribe: (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

export function updateWallet(change: Partial<WalletState>): void {
  // Nobody is told of a change that changes nothing: a listener may be what caused it.
  if ((Object.keys(change) as (keyof WalletState)[]).every((key) => state[key] === change[key])) return
  state = { ...state, ...change }
  for (const listener of listeners) listener()
}

/** True when this browser used a wallet here before, so that it may be loaded without a click. */
export function walletRemembered(): boolean {
  try {
    return localStorage.getItem(REMEMBERED) === '1'
  } catch {
    return false
  }
}

export function rememberWallet(yes: boolean): void {
  try {
    if (yes) localStorage.setItem(REMEMBERED, '1')
    else localStorage.removeItem(REMEMBERED)
  } catch {
    // Without storage the wallet is loaded by a click each time.
  }
}

/** Loads the wallet code (once) and resolves when it can be used. Rejects when the network cannot be read. */
export function loadWallet(): Promise<WalletActions> {
  if (actions !== null) return Promise.resolve(actions)
  const promise = new Promise<WalletActions>((resolve, reject) => waiting.push({ resolve, reject }))
  if (state.phase !== 'loading') updateWallet({ phase: 'loading' })
  return promise
}

export function walletReady(ready: WalletActions): void {
  actions = ready
  updateWallet({ phase: 'ready' })
  for (const waiter of waiting.splice(0)) waiter.resolve(ready)
}

export function walletFailed(error: Error): void {
  updateWallet({ phase: 'failed' })
  for (const waiter of waiting.splice(0)) waiter.reject(error)
}
