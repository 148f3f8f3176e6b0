import { useTranslations } from 'next-intl'
import { Amount } from '#components/ui/Amount.tsx'
import { useDuration } from '#components/ui/useDuration.ts'
import type { NetworkView } from '#lib/protocol/views.ts'

/** The network's figures in one row, read like an instrument: value, what it is, what it is out of. */
export function Figures({ network }: { network: NetworkView }) {
  const t = useTranslations('home')
  const duration = useDuration()
  return (
    <section aria-label={t('figures')} className="border-t border-line">
      <dl className="frame grid grid-cols-2 md:grid-cols-5">
        <Figure
          value={String(network.nodesLive)}
          what={t('nodesLive')}
          note={t('ofKnown', { known: network.nodesKnown })}
        />
        <Figure
          value={String(network.gpusLive)}
          what={t('gpusLive')}
          {...(network.gpusLive === 0 ? { note: t('gpusNone') } : {})}
        />
        <Figure value={String(network.jobsActive)} what={t('jobsActive')} moving={network.jobsActive > 0} />
        <Figure
          value={<Amount wei={network.paidOut} digits={2} unit={false} />}
          what={t('paidOut')}
          note={t('settledOf', { settled: network.jobsSettled, total: network.jobsTotal })}
        />
        <Figure
          value={network.medianSeconds === null ? '–' : duration(network.medianSeconds)}
          what={t('median')}
          {...(network.medianSeconds === null ? { note: t('noMedian') } : {})}
        />
      </dl>
    </section>
  )
}

function Figure({
  value,
  what,
  note,
  moving = false,
}: {
  value: React.ReactNode
  what: string
  note?: string
  moving?: boolean
}) {
  return (
    <div className="flex flex-col border-line border-b py-5 pr-4 max-md:last:col-span-2 md:border-r md:border-b-0 md:pl-5 md:first:pl-0 md:last:border-r-0 max-md:odd:border-r max-md:even:pl-4 max-md:last:border-r-0 max-md:last:border-b-0">
      <dt className="order-2 mt-1 text-sm">{what}</dt>
      <dd className="order-1 flex items-center gap-2 text-[1.75rem] leading-none [&_.num]:text-[1em]">
        <span className="num !text-[1em] tracking-[-0.04em]">{value}</span>
        {moving ? <span aria-hidden className="needle size-2.5 rounded-full bg-signal" /> : null}
      </dd>
      {note ? <dd className="label order-3">{note}</dd> : null}
    </div>
  )
}
