'use client'

import '@rainbow-me/rainbowkit/styles.css'
import {
  connectorsForWallets,
  darkTheme,
  lightTheme,
  RainbowKitProvider,
  useConnectModal,
} from '@rainbow-me/rainbowkit'
import { injectedWallet, safeWallet } from '@rainbow-me/rainbowkit/wallets'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { connect, createConfig, reconnect } from '@wagmi/core'
import { useLocale, useTranslations } from 'next-intl'
import { useTheme } from 'next-themes'
import { useEffect, useMemo, useRef, useState } from 'react'
import { defineChain, http } from 'viem'
import { useConnection, useConnectionEffect, WagmiContext } from 'wagmi'
import type { NetworkView } from '#lib/protocol/views.ts'
import { TEST_WALLET_ID, testWalletConnector } from './testWallet.ts'
import { walletActions } from './walletActions.ts'
import { rememberWallet, updateWallet, walletReady } from './walletStore.ts'

const ICON =
  'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"%3E%3Crect width="32" height="32" fill="%2314191c"/%3E%3Cpath d="M20.2 9.9A9 9 0 1 0 20.2 22.1" fill="none" stroke="%23fff" stroke-width="3"/%3E%3Cpath d="M13 16H24" stroke="%23fff" stroke-width="3"/%3E%3Ccircle cx="25.4" cy="16" r="3.6" fill="%23ff6c35"/%3E%3C/svg%3E'

/** The chain of the network and the wallets for it. The test wallet exists on the embedded chain alone. */
function makeConfig(network: NetworkView, testName: string) {
  // The site forwards to the embedded chain itself: under the name by which this page was opened.
  const rpcUrl = network.embedded ? new URL('/api/v1/rpc', window.location.origin).href : network.rpcUrl
  const chain = defineChain({
    id: network.chainId,
    name: network.embedded ? 'OpenGPU local' : `Chain ${network.chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
    testnet: network.embedded,
  })
  const testWallet = () => ({
    id: TEST_WALLET_ID,
    name: testName,
    iconUrl: ICON,
    iconBackground: '#14191c',
    installed: true,
    createConnector:
      (details: object) => (config: Parameters<ReturnType<typeof testWalletConnector>>[0]) => ({
        ...testWalletConnector({ name: testName, rpcUrl })(config),
        ...details,
      }),
  })
  const connectors = connectorsForWallets(
    [
      {
        groupName: 'OpenGPU',
        wallets: [...(network.embedded ? [testWallet as never] : []), injectedWallet, safeWallet],
      },
    ],
    // No WalletConnect id: then nobody else is called. The list holds only wallets that need none.
    { appName: 'OpenGPU Network', projectId: 'none' },
  )
  return createConfig({ chains: [chain], connectors, transports: { [chain.id]: http(rpcUrl) }, ssr: false })
}

const FONT = 'var(--font-grotesk), var(--cjk), system-ui, sans-serif'

/** The heavy part of the wallet: loaded behind a click or for a browser that used one here before. Draws nothing but dialogs. */
export default function WalletStack({ network }: { network: NetworkView }) {
  const t = useTranslations('wallet')
  const locale = useLocale()
  const { resolvedTheme } = useTheme()
  const testName = t('testWallet')
  const made = useMemo(
    () => ({ config: makeConfig(network, testName), queries: new QueryClient() }),
    [network, testName],
  )
  const options = {
    accentColor: 'var(--ink)',
    accentColorForeground: 'var(--paper)',
    borderRadius: 'none',
    fontStack: 'system',
    overlayBlur: 'none',
  } as const
  const theme = resolvedTheme === 'dark' ? darkTheme(options) : lightTheme(options)
  theme.fonts.body = FONT
  theme.colors.modalBackground = 'var(--paper)'
  theme.shadows.dialog = '0 0 0 1px var(--ink)'
  return (
    <WagmiContext.Provider value={made.config}>
      <QueryClientProvider client={made.queries}>
        <RainbowKitProvider
          locale={locale === 'en' ? 'en' : (locale as 'zh-Hans' | 'zh-Hant')}
          theme={theme}
          modalSize="compact"
          appInfo={{ appName: 'OpenGPU Network' }}
        >
          <Bridge network={network} config={made.config} />
        </RainbowKitProvider>
      </QueryClientProvider>
    </WagmiContext.Provider>
  )
}

/** Tells the light part of the page what the wallet does, and lets it act. */
function Bridge({ network, config }: { network: NetworkView; config: ReturnType<typeof makeConfig> }) {
  const { openConnectModal, connectModalOpen } = useConnectModal()
  const connection = useConnection()
  const open = useRef(openConnectModal)
  open.current = openConnectModal
  const announced = useRef(false)
  const [reconnected, setReconnected] = useState(false)

  // Done here and once. The library's own provider starts it at every render, and each start renders again.
  useEffect(() => {
    reconnect(config)
      .catch(() => undefined)
      .finally(() => setReconnected(true))
  }, [config])

  const { address, chainId } = connection
  const isTest = connection.connector?.id === TEST_WALLET_ID
  useEffect(() => updateWallet({ choosing: connectModalOpen }), [connectModalOpen])
  useEffect(() => {
    updateWallet({
      network,
      address: (address?.toLowerCase() as `0x${string}` | undefined) ?? null,
      chainId: chainId ?? null,
      isTest,
    })
    // Ready only when the reconnection has ended, so that nobody is asked to connect a wallet that is about to appear.
    if (announced.current || !reconnected) return
    announced.current = true
    walletReady(
      walletActions(
        config,
        network,
        async () => {
          // There is no dialog of wallets while one is connected; one that just left is forgotten a moment later.
          const end = performance.now() + 2_000
          while (open.current === undefined && performance.now() < end)
            await new Promise((resolve) => setTimeout(resolve, 20))
          open.current?.()
        },
        async () => {
          const connector = config.connectors.find((item) => item.id === TEST_WALLET_ID)
          if (!connector) throw new Error('there is no test wallet on this chain')
          await connect(config, { connector })
        },
      ),
    )
  }, [config, network, address, chainId, isTest, reconnected])
  useConnectionEffect({ onConnect: () => rememberWallet(true), onDisconnect: () => rememberWallet(false) })
  return null
}
