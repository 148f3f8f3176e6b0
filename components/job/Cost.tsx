import { useTranslations } from 'next-intl'
import { Amount } from '#components/ui/Amount.tsx'
import type { JobView } from '#lib/protocol/views.ts'
import { OUTCOME_ROWS, OutcomeTable } from './OutcomeTable.tsx'

const LINES = ['locked', 'nodePay', 'fee', 'membersPaid', 'refund', 'slashed', 'penalty'] as const

/** What was locked and where every wei of it went, and the row of the table that said so. */
export function Cost({ job }: { job: JobView }) {
  const t = useTranslations('job')
  const { cost } = job
  const row = cost.row === null || cost.row === 'none' ? null : cost.row
  return (
    <div>
      <dl className="max-w-md">
        <Line label={t('cost.maxPrice')} wei={job.maxPrice} />
        {cost.price === null ? null : <Line label={t('cost.price')} wei={cost.price} />}
        {LINES.map((line) => {
          const wei = cost[line]
          return wei === null || (wei === '0' && (line === 'slashed' || line === 'penalty')) ? null : (
            <Line key={line} label={t(`cost.${line}`)} wei={wei} strong={line === 'refund'} />
          )
        })}
      </dl>
      {row === null ? <p className="mt-3 text-sm text-ink-2">{t('cost.open')}</p> : null}
      <div className="mt-5">
        <OutcomeTable applied={row} rows={OUTCOME_ROWS} />
      </div>
    </div>
  )
}

function Line({ label, wei, strong = false }: { label: string; wei: string; strong?: boolean }) {
  return (
    <div
      className={`flex items-baseline justify-between gap-4 border-b border-line py-2 ${strong ? 'font-[600]' : ''}`}
    >
      <dt>{label}</dt>
      <dd>
        <Amount wei={wei} digits={6} />
      </dd>
    </div>
  )
}
