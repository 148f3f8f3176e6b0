import Link from 'next/link'
import { useTranslations } from 'next-intl'

/** A line that ends before its stop. */
export default function NotFound() {
  const t = useTranslations('errors')
  return (
    <div className="frame py-20">
      <svg viewBox="0 0 320 40" className="h-10 w-80 max-w-full" aria-hidden="true" focusable="false">
        <path d="M16 20H150" stroke="var(--ink)" strokeWidth="3" />
        <path d="M166 20H296" stroke="var(--line-2)" strokeWidth="2" strokeDasharray="2 8" />
        <circle cx="12" cy="20" r="9" fill="var(--paper)" stroke="var(--ink)" strokeWidth="3" />
        <path d="M150 10v20" stroke="var(--stop)" strokeWidth="4" />
        <circle
          cx="304"
          cy="20"
          r="8"
          fill="var(--paper)"
          stroke="var(--line-2)"
          strokeWidth="2"
          strokeDasharray="3 3"
        />
      </svg>
      <h1 className="mt-8 text-title">{t('notFoundTitle')}</h1>
      <p className="mt-3 max-w-xl text-ink-2">{t('notFoundText')}</p>
      <div className="mt-6 flex flex-wrap gap-2">
        <Link href="/" className="button button-ink">
          {t('goHome')}
        </Link>
        <Link href="/jobs" className="button">
          {t('goJobs')}
        </Link>
      </div>
    </div>
  )
}
