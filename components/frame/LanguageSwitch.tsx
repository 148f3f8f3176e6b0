'use client'

import { useRouter } from 'next/navigation'
import { useLocale, useTranslations } from 'next-intl'
import { useTransition } from 'react'
import { cn } from '#components/ui/cn.ts'
import { LOCALE_COOKIE, LOCALE_NAMES, LOCALES } from '#lib/web/i18n/locales.ts'

/** The three languages, each in its own name. The choice is kept in a cookie for a year; the address stays the same. */
export function LanguageSwitch() {
  const t = useTranslations('frame')
  const here = useLocale()
  const router = useRouter()
  const [pending, start] = useTransition()
  return (
    <fieldset className="flex flex-wrap gap-x-4" aria-busy={pending}>
      <legend className="sr-only">{t('language')}</legend>
      {LOCALES.map((locale) => (
        <button
          key={locale}
          type="button"
          lang={locale}
          aria-pressed={locale === here}
          className={cn(
            'touch py-1 text-ink-2 hover:text-ink',
            locale === here &&
              'font-[560] text-ink underline decoration-signal decoration-[3px] underline-offset-[6px]',
          )}
          onClick={() =>
            start(() => {
              // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser we support
              document.cookie = `${LOCALE_COOKIE}=${locale}; path=/; max-age=31536000; samesite=lax`
              router.refresh()
            })
          }
        >
          {LOCALE_NAMES[locale]}
        </button>
      ))}
    </fieldset>
  )
}
