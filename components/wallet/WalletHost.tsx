'use client'

import dynamic from 'next/dynamic'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { type NetworkView, networkViewSchema } from '#lib/protocol/views.ts'
import { loadWallet, walletFailed, walletRemembered, walletStore } from './walletStore.ts'

const WalletStack = dynamic(() => import('./WalletStack.tsx'), { ssr: false })

/** Waits until somebody needs a wallet (a click, or one remembered), then reads the network and loads the wallet code. */
export function WalletHost() {
  const { phase } = useSyncExternalStore(walletStore.subscribe, walletStore.get, walletStore.getServer)
  const [network, setNetwork] = useState<NetworkView | null>(null)

  useEffect(() => {
    if (walletRemembered()) loadWallet().catch(() => undefined)
  }, [])

  useEffect(() => {
    if (phase !== 'loading' || network !== null) return
    const stop = new AbortController()
    fetch('/api/v1/network', { signal: stop.signal })
      .then(async (response) => setNetwork(networkViewSchema.parse(await response.json())))
      .catch((error: unknown) => {
        if (!stop.signal.aborted) walletFailed(error instanceof Error ? error : new Error(String(error)))
      })
    return () => stop.abort()
  }, [phase, network])

  return network === null ? null : <WalletStack network={network} />
}
