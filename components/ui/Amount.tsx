import { useTranslations } from 'next-intl'
import { formatOgpu } from '#lib/kernel/money.ts'
import { cn } from './cn.ts'

/** An amount of oGPU given as a decimal string of wei; the exact number of wei is in the title. */
export function Amount({
  wei,
  digits = 4,
  unit = true,
  className,
}: {
  wei: string | bigint
  digits?: number
  unit?: boolean
  className?: string
}) {
  const t = useTranslations('common')
  const value = BigInt(wei)
  return (
    <span className={cn('whitespace-nowrap', className)} title={`${value} wei`}>
      <span className="num">{groupThousands(formatOgpu(value, digits))}</span>
      {unit ? <span className="ml-1 text-[0.86em] text-ink-3">{t('ogpu')}</span> : null}
    </span>
  )
}

/** "1234567.25" as "1 234 567.25" with narrow spaces, the same in every language. */
function groupThousands(text: string): string {
  const [whole = '', fraction] = text.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}
