'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'

/** What a page shows when it threw: nothing of the fault itself, a reference to find it by, and the way on. */
export default function PageError({
  error,
  reset,
}: {
  error: Error & { digest?: string }
  reset: () => void
}) {
  const t = useTranslations('errors')
  const common = useTranslations('common')
  return (
    <div className="frame py-20" role="alert">
      <svg viewBox="0 0 320 40" className="h-10 w-80 max-w-full" aria-hidden="true" focusable="false">
        <path d="M16 20H136l10-12 12 24 10-12H296" fill="none" stroke="var(--stop)" strokeWidth="3" />
        <circle cx="12" cy="20" r="9" fill="var(--paper)" stroke="var(--ink)" strokeWidth="3" />
        <circle cx="304" cy="20" r="9" fill="var(--paper)" stroke="var(--line-2)" strokeWidth="3" />
      </svg>
      <h1 className="mt-8 text-title">{t('errorTitle')}</h1>
      <p className="mt-3 max-w-xl text-ink-2">{t('errorText')}</p>
      {error.digest ? (
        <p className="mt-2 text-sm text-ink-3">
          <code>{t('reference', { digest: error.digest })}</code>
        </p>
      ) : null}
      <div className="mt-6 flex flex-wrap gap-2">
        <button type="button" className="button button-ink" onClick={reset}>
          {common('retry')}
        </button>
        <Link href="/" className="button">
          {t('goHome')}
        </Link>
      </div>
    </div>
  )
}
