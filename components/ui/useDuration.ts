import { useTranslations } from 'next-intl'

/** Writes seconds for people: "0.8 s", "42 s", "3.5 min", "2 h". */
export function useDuration(): (seconds: number) => string {
  const t = useTranslations('common')
  return (seconds) => {
    if (seconds < 10) return t('seconds', { value: trim(seconds, 1) })
    if (seconds < 120) return t('seconds', { value: trim(seconds, 0) })
    if (seconds < 7200) return t('minutes', { value: trim(seconds / 60, 1) })
    return t('hours', { value: trim(seconds / 3600, 1) })
  }
}

function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)))
}
