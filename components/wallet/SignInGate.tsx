'use client'

import { useTranslations } from 'next-intl'
import { Empty } from '#components/ui/PageHead.tsx'
import { ConnectDialog } from './ConnectDialog.tsx'

/** What a page of one's own shows to somebody who is not signed in: why, and the way in. */
export function SignInGate({ embedded, what }: { embedded: boolean; what: string }) {
  const t = useTranslations('wallet')
  return (
    <div className="frame">
      <Empty
        title={t('gateTitle')}
        action={
          <ConnectDialog embedded={embedded}>
            <button type="button" className="button button-signal">
              {t('connect')}
            </button>
          </ConnectDialog>
        }
      >
        {what}
      </Empty>
    </div>
  )
}
