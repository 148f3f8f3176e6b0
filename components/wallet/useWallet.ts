'use client'

import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useCallback, useState, useSyncExternalStore } from 'react'
import { toast } from 'sonner'
import { reconnectDashboard } from '#components/realtime/dashboardSocket.ts'
import { messageOf } from '#lib/kernel/errors.ts'
import { loadWallet, rememberWallet, type WalletState, walletRemembered, walletStore } from './walletStore.ts'

export interface Wallet extends WalletState {
  readonly busy: boolean
  /** Connects this browser's test wallet and signs in. */
  readonly useTestWallet: () => Promise<boolean>
  /** Opens the dialog of wallets; resolves true once connected and signed in. */
  readonly useOwnWallet: () => Promise<boolean>
  /** Signs in with the wallet that is connected. */
  readonly signIn: () => Promise<boolean>
  readonly leave: () => Promise<void>
}

/** True when the person closed the wallet's question without an answer; that is a choice, not a fault. */
export function isRefusal(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at !== null && typeof at === 'object' && depth < 8; depth++) {
    const { code, name, cause } = at as { code?: unknown; name?: unknown; cause?: unknown }
    if (code === 4001 || name === 'UserRejectedRequestError') return true
    at = cause
  }
  return false
}

/** The dialog of wallets closes a moment before or after its choice is connected. */
const CLOSED_FOR_GOOD = 500

/** Resolves with the address once a wallet is connected, or null when the dialog of wallets was closed without. */
function untilConnected(): Promise<`0x${string}` | null> {
  return new Promise((resolve) => {
    let opened = false
    let closed: ReturnType<typeof setTimeout> | undefined
    const done = (address: `0x${string}` | null) => {
      clearTimeout(closed)
      stop()
      resolve(address)
    }
    const look = () => {
      const { address, choosing } = walletStore.get()
      if (address !== null) return done(address)
      clearTimeout(closed)
      opened ||= choosing
      if (opened && !choosing) closed = setTimeout(() => done(null), CLOSED_FOR_GOOD)
    }
    const stop = walletStore.subscribe(look)
    look()
  })
}

export function useWallet(): Wallet {
  const t = useTranslations('wallet')
  const router = useRouter()
  const state = useSyncExternalStore(walletStore.subscribe, walletStore.get, walletStore.getServer)
  const [busy, setBusy] = useState(false)

  const guarded = useCallback(
    async (work: () => Promise<boolean>): Promise<boolean> => {
      setBusy(true)
      try {
        return await work()
      } catch (error) {
        toast.error(
          isRefusal(error) ? t('refused') : t('failed', { reason: messageOf(error).split('\n')[0] ?? '' }),
        )
        return false
      } finally {
        setBusy(false)
      }
    },
    [t],
  )

  const signIn = useCallback(
    () =>
      guarded(async () => {
        const actions = await loadWallet()
        await actions.signIn(t('statement'))
        rememberWallet(true)
        reconnectDashboard()
        router.refresh()
        return true
      }),
    [guarded, router, t],
  )

  const useTestWallet = useCallback(
    () =>
      guarded(async () => {
        const actions = await loadWallet()
        // What was chosen is what signs, also when another wallet is still connected.
        if (actions.address() !== null && !walletStore.get().isTest) await actions.disconnect()
        if (actions.address() === null) await actions.connectTest()
        await actions.signIn(t('statement'))
        reconnectDashboard()
        router.refresh()
        return true
      }),
    [guarded, router, t],
  )

  const useOwnWallet = useCallback(
    () =>
      guarded(async () => {
        const actions = await loadWallet()
        if (actions.address() !== null && walletStore.get().isTest) await actions.disconnect()
        if (actions.address() === null) {
          await actions.openConnect()
          if ((await untilConnected()) === null) return false
        }
        await actions.signIn(t('statement'))
        reconnectDashboard()
        router.refresh()
        return true
      }),
    [guarded, router, t],
  )

  const leave = useCallback(async () => {
    await fetch('/api/v1/auth/session', { method: 'DELETE' }).catch(() => undefined)
    // Also a wallet that this page has not loaded yet: it would be connected again by the next page.
    if (walletRemembered() || walletStore.get().phase !== 'cold')
      await loadWallet()
        .then((actions) => actions.disconnect())
        .catch(() => undefined)
    rememberWallet(false)
    reconnectDashboard()
    router.refresh()
  }, [router])

  return { ...state, busy, useTestWallet, useOwnWallet, signIn, leave }
}
