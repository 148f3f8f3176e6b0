import { useTranslations } from 'next-intl'
import { Amount } from '#components/ui/Amount.tsx'
import { Hash, TransactionLink } from '#components/ui/Hash.tsx'
import { When } from '#components/ui/When.tsx'
import type { JobView } from '#lib/protocol/views.ts'
import { timelineKind } from './rules/timeline.ts'

/** Everything that happened to the job, in order, each entry with its moment and its transaction. */
export function Timeline({ entries }: { entries: JobView['timeline'] }) {
  const t = useTranslations('job')
  return (
    <ol className="relative pt-4">
      <span aria-hidden="true" className="absolute top-6 bottom-4 left-[0.28rem] w-px bg-line-2" />
      {entries.map((entry) => {
        const kind = timelineKind(entry.kind)
        return (
          <li key={entry.seq} className="relative grid grid-cols-[1.5rem_1fr_auto] gap-x-1 py-1.5">
            <span
              aria-hidden="true"
              className={`mt-[0.4rem] size-2.5 rounded-full border-2 ${entry.final ? 'border-ink bg-ink' : 'border-ink bg-paper'}`}
            />
            <div className="min-w-0">
              <p className="text-sm">{kind === null ? entry.kind : t(`timeline.${kind}`)}</p>
              <Details data={entry.data} />
            </div>
            <div className="text-right text-sm">
              <When at={entry.at} date={false} className="text-ink-2" />
              {entry.transaction ? (
                <div>
                  <TransactionLink hash={entry.transaction} />
                  {entry.final ? null : <span className="label ml-1">{t('notFinal')}</span>}
                </div>
              ) : null}
            </div>
          </li>
        )
      })}
    </ol>
  )
}

/** The few facts of an entry that a person reads: whose node, which attempt, how much, why. */
function Details({ data }: { data: Record<string, unknown> }) {
  const t = useTranslations('job')
  const parts: React.ReactNode[] = []
  const text = (key: string) =>
    typeof data[key] === 'string' || typeof data[key] === 'number' ? String(data[key]) : null
  const node = text('node') ?? text('member')
  if (node !== null)
    parts.push(
      node.startsWith('0x') ? (
        <Hash key="node" value={node} href={`/nodes/${node}`} />
      ) : (
        <span key="node">{node}</span>
      ),
    )
  const attempt = text('attempt')
  if (attempt !== null && attempt !== '1')
    parts.push(<span key="attempt">{t('attempt', { number: attempt })}</span>)
  const wei = text('price') ?? text('locked') ?? text('amount') ?? text('wei')
  if (wei !== null && /^\d{1,78}$/.test(wei)) parts.push(<Amount key="wei" wei={wei} />)
  const reason = text('reason') ?? text('text') ?? text('note')
  if (reason !== null) parts.push(<span key="reason">{reason}</span>)
  if (parts.length === 0) return null
  return <p className="flex flex-wrap gap-x-3 text-sm text-ink-2 [overflow-wrap:anywhere]">{parts}</p>
}
