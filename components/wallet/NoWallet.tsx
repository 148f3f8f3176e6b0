'use client'

import { useTranslations } from 'next-intl'
import { useSyncExternalStore } from 'react'
import { Note } from '#components/ui/PageHead.tsx'
import { ConnectDialog } from './ConnectDialog.tsx'
import { walletStore } from './walletStore.ts'

/** Somebody is signed in, but this browser has no wallet connected: says so, with the way to connect one. */
export function NoWallet() {
  const t = useTranslations('tx')
  const tw = useTranslations('wallet')
  const { network } = useSyncExternalStore(walletStore.subscribe, walletStore.get, walletStore.getServer)
  return (
    <Note tone="ask">
      <p>{t('noWallet')}</p>
      <ConnectDialog embedded={network?.embedded ?? false}>
        <button type="button" className="button button-small mt-2">
          {tw('connect')}
        </button>
      </ConnectDialog>
    </Note>
  )
}
