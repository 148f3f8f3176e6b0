import { useTranslations } from 'next-intl'
import { formatBytes } from '#components/ui/bytes.ts'
import { Hash } from '#components/ui/Hash.tsx'
import { useDuration } from '#components/ui/useDuration.ts'
import { When } from '#components/ui/When.tsx'
import type { Comparator } from '#lib/protocol/comparators/schema.ts'
import { stripTerminal } from '#lib/protocol/terminal.ts'
import type { JobView } from '#lib/protocol/views.ts'

/** Says in words what is compared and how. */
export function useComparatorText(): (comparator: Comparator) => string {
  const t = useTranslations('job')
  return (comparator) => {
    const on = comparator.on.kind === 'stdout' ? t('comparator.stdout') : comparator.on.names.join(', ')
    return comparator.method === 'exact'
      ? t('comparator.exact', { on })
      : t('comparator.number', { on, tolerance: String(comparator.tolerance) })
  }
}

/** What was ordered: program, files, arguments, limits, comparison. */
export function SpecFacts({ job }: { job: Pick<JobView, 'spec' | 'orderId' | 'deadlines'> }) {
  const t = useTranslations('job')
  const duration = useDuration()
  const comparator = useComparatorText()
  const { spec } = job
  if (spec === null) return <p className="py-4 text-ink-2">{t('spec.deleted')}</p>
  return (
    <dl className="text-sm">
      <Fact name={t('spec.runtime')}>
        <code>{spec.runtime}</code>
      </Fact>
      <Fact name={t('spec.entry')}>
        <code>{spec.entry}</code>
      </Fact>
      {spec.args.length > 0 ? (
        <Fact name={t('spec.args')}>
          {spec.args.map((argument, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: arguments repeat and never move
            <code key={index} className="mr-2 border border-line px-1">
              {stripTerminal(argument)}
            </code>
          ))}
        </Fact>
      ) : null}
      <Fact name={t('spec.files')}>
        <ul>
          {spec.files.map((file) => (
            <li key={file.path}>
              <code>{file.path}</code> <span className="text-ink-3">{formatBytes(file.bytes)}</span>
            </li>
          ))}
        </ul>
      </Fact>
      {spec.stdin === null ? null : <Fact name={t('spec.stdin')}>{formatBytes(spec.stdin.bytes)}</Fact>}
      <Fact name={t('spec.comparator')}>{comparator(spec.comparator)}</Fact>
      <Fact name={t('spec.timeout')}>{duration(spec.resources.timeoutSeconds)}</Fact>
      <Fact name={t('spec.memory')}>{formatBytes(spec.resources.memoryMiB * 1024 * 1024)}</Fact>
      {job.deadlines.soft === null ? null : (
        <Fact name={t('spec.fullPay')}>
          <When at={job.deadlines.soft} />
        </Fact>
      )}
      {job.deadlines.hard === null ? null : (
        <Fact name={t('spec.latest')}>
          <When at={job.deadlines.hard} />
        </Fact>
      )}
      {job.orderId === null ? null : (
        <Fact name={t('spec.order')}>
          <Hash value={job.orderId} copy what={t('spec.order')} />
        </Fact>
      )}
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="grid grid-cols-[8.5rem_1fr] gap-3 border-b border-line py-2">
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  )
}
