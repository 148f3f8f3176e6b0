import { useTranslations } from 'next-intl'
import { Amount } from '#components/ui/Amount.tsx'
import { FINAL_STATES } from '#lib/protocol/jobState.ts'
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
      <MoneyBar cost={cost} />
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
      {row === null ? (
        <p className="mt-3 text-sm text-ink-2">
          {FINAL_STATES.has(job.state) ? t('cost.nothing') : t('cost.open')}
        </p>
      ) : null}
      {row === null && FINAL_STATES.has(job.state) ? null : (
        <div className="mt-5">
          <OutcomeTable applied={row} rows={OUTCOME_ROWS} />
        </div>
      )}
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

/** The locked funds as one bar, cut where the contract cut them. Drawn once everything is known. */
function MoneyBar({ cost }: { cost: JobView['cost'] }) {
  const t = useTranslations('job.bar')
  if (cost.locked === null || cost.refund === null || BigInt(cost.locked) === 0n) return null
  const locked = BigInt(cost.locked)
  const parts = [
    { key: 'node', wei: BigInt(cost.nodePay ?? '0'), paint: 'bg-ink' },
    {
      key: 'members',
      wei: BigInt(cost.membersPaid ?? '0'),
      paint: 'bg-[repeating-linear-gradient(115deg,var(--ink)_0_2px,transparent_2px_6px)]',
    },
    { key: 'fee', wei: BigInt(cost.fee ?? '0'), paint: 'bg-signal' },
    { key: 'back', wei: BigInt(cost.refund), paint: 'bg-clear-wash' },
  ] as const
  const shown = parts.filter((part) => part.wei > 0n)
  // A wrong result pays the members from the node's bond, so the parts may be more than what was locked.
  const whole = shown.reduce((sum, part) => sum + part.wei, 0n)
  const total = whole > locked ? whole : locked
  return (
    <figure className="pt-4 pb-2" aria-label={t('label')}>
      <div aria-hidden="true" className="flex h-7 border border-ink">
        {shown.map((part) => (
          <span
            key={part.key}
            className={`${part.paint} border-ink not-first:border-l`}
            style={{ width: `${Number((part.wei * 10000n) / total) / 100}%`, minWidth: 3 }}
          />
        ))}
      </div>
      <figcaption className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-sm text-ink-2">
        {shown.map((part) => (
          <span key={part.key} className="inline-flex items-center gap-2">
            <span aria-hidden="true" className={`inline-block size-3 border border-ink ${part.paint}`} />
            {t(part.key)}
          </span>
        ))}
      </figcaption>
    </figure>
  )
}
