'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { shorten } from '#components/ui/Hash.tsx'
import { ConnectDialog } from '#components/wallet/ConnectDialog.tsx'
import { useWallet } from '#components/wallet/useWallet.ts'

/** The right end of the header: the way in, or who is in. Says so when wallet and session are two different people. */
export function AccountSlot({ address, embedded }: { address: string | null; embedded: boolean }) {
  const t = useTranslations('wallet')
  const wallet = useWallet()
  const differs = address !== null && wallet.address !== null && wallet.address !== address
  return (
    <div className="ml-auto flex items-center gap-3">
      {differs ? (
        <button
          type="button"
          className="button button-small border-ask text-ask"
          onClick={wallet.signIn}
          disabled={wallet.busy}
        >
          {t('differs')}
        </button>
      ) : null}
      {address === null ? (
        <ConnectDialog embedded={embedded}>
          <button type="button" className="button button-small">
            {t('connect')}
          </button>
        </ConnectDialog>
      ) : (
        <Link
          href="/account"
          className="touch flex items-center gap-2"
          aria-label={t('accountOf', { address })}
        >
          <span aria-hidden="true" className="size-2.5 rounded-full bg-clear" />
          <code>{shorten(address)}</code>
        </Link>
      )}
    </div>
  )
}
