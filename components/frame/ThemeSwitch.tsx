'use client'

import { useTranslations } from 'next-intl'
import { useTheme } from 'next-themes'
import { useSyncExternalStore } from 'react'
import { cn } from '#components/ui/cn.ts'

const CHOICES = ['system', 'light', 'dark'] as const
const subscribeNever = () => () => undefined

export function ThemeSwitch() {
  const t = useTranslations('frame')
  const { theme, setTheme } = useTheme()
  // The server does not know the choice; until the browser took over no button is pressed.
  const mounted = useSyncExternalStore(
    subscribeNever,
    () => true,
    () => false,
  )
  return (
    <fieldset className="flex flex-wrap gap-x-4">
      <legend className="sr-only">{t('theme')}</legend>
      {CHOICES.map((choice) => (
        <button
          key={choice}
          type="button"
          aria-pressed={mounted && theme === choice}
          onClick={() => setTheme(choice)}
          className={cn(
            'touch py-1 text-ink-2 hover:text-ink',
            mounted &&
              theme === choice &&
              'font-[560] text-ink underline decoration-signal decoration-[3px] underline-offset-[6px]',
          )}
        >
          {t(choice)}
        </button>
      ))}
    </fieldset>
  )
}
