'use client'

import { useTranslations } from 'next-intl'
import { Amount } from '#components/ui/Amount.tsx'
import { Note } from '#components/ui/PageHead.tsx'
import { useDuration } from '#components/ui/useDuration.ts'
import { bpsDown, parseOgpu } from '#lib/kernel/money.ts'
import { ORDER_DEFAULTS } from '#lib/protocol/draftOrder.ts'
import { mostPaidSeats } from '#lib/protocol/payFunction.ts'
import type { NetworkView } from '#lib/protocol/views.ts'
import { useComparatorText } from '../SpecFacts.tsx'
import type { BuiltJob } from './buildJob.ts'
import type { Draft } from './draft.ts'
import type { Estimate } from './useEstimate.ts'

/**
 * Wei the order would lock: its highest price, a whole base for each check, as much more for a larger committee and an appeal as
 * can become due, and the deposit (rounded down). Null without a job.
 */
export function locksFor(
  job: BuiltJob | null,
  terms: { maxPrice: bigint; members: number },
  network: Pick<NetworkView, 'parameters'>,
): { price: bigint; checks: bigint; dispute: bigint; deposit: bigint; total: bigint } | null {
  if (job === null) return null
  const { maxPrice, members } = terms
  const floor = BigInt(network.parameters.floorRate) * BigInt(job.spec.resources.timeoutSeconds)
  const base = maxPrice > floor ? maxPrice : floor
  const checks = base * BigInt(members)
  const dispute = base * BigInt(mostPaidSeats(members) - members)
  const deposit = bpsDown(maxPrice, network.parameters.depositBps)
  return { price: maxPrice, checks, dispute, deposit, total: maxPrice + checks + dispute + deposit }
}

/** The order before it is signed: what it costs, what it locks, when it ends, how it is checked. */
export function OrderPreview({
  draft,
  estimate,
  network,
  maxPrice,
}: {
  draft: Draft
  estimate: Estimate
  network: NetworkView
  maxPrice: bigint | null
}) {
  const t = useTranslations('form')
  const duration = useDuration()
  const comparator = useComparatorText()
  const { view, job } = estimate
  const locks = maxPrice === null ? null : locksFor(job, { maxPrice, members: draft.members }, network)
  const soft = Number(draft.timeoutSeconds) + ORDER_DEFAULTS.softExtraSeconds
  return (
    <div aria-busy={estimate.state === 'asking'}>
      <dl>
        <Row name={t('preview.price')}>
          {view?.price ? (
            <>
              <Amount wei={view.price.expected} />
              <Interval
                low={BigInt(view.price.low)}
                expected={BigInt(view.price.expected)}
                high={BigInt(view.price.high)}
              />
              <span className="label">
                <Amount wei={view.price.low} unit={false} /> – <Amount wei={view.price.high} unit={false} />
              </span>
            </>
          ) : (
            <span className="text-ink-3">
              {estimate.state === 'waiting'
                ? t('preview.waiting')
                : estimate.state === 'failed'
                  ? '–'
                  : t('preview.asking')}
            </span>
          )}
        </Row>
        {view === null ? null : (
          <Row name={t('preview.time')}>
            {view.seconds === null ? (
              <span className="text-ink-3">{t('preview.noHistory')}</span>
            ) : (
              <>
                {duration(view.seconds.expected)}{' '}
                <span className="label">
                  ({duration(view.seconds.low)} – {duration(view.seconds.high)})
                </span>
              </>
            )}
          </Row>
        )}
        {view === null ? null : (
          <Row name={t('preview.basis')}>
            <span className="text-ink-2">
              {t('preview.basisText', { samples: view.samples, nodes: view.nodes })}
            </span>
          </Row>
        )}
        <Row name={t('preview.checked')}>
          {t('preview.checkedText', { members: draft.members })}
          {job === null ? null : (
            <span className="block text-sm text-ink-2">{comparator(job.spec.comparator)}</span>
          )}
        </Row>
        <Row name={t('preview.full')}>
          {Number.isFinite(soft)
            ? t('preview.fullText', {
                soft: duration(soft),
                floor: ORDER_DEFAULTS.floorBps / 100,
                hard: duration(soft + ORDER_DEFAULTS.hardExtraSeconds),
              })
            : '–'}
        </Row>
        {locks === null ? null : (
          <Row name={t('preview.locks')}>
            <span className="font-[600]">
              <Amount wei={locks.total} />
            </span>
            <span className="mt-1 block space-y-0.5 text-sm text-ink-2">
              <Part name={t('preview.lockPrice')} wei={locks.price} />
              <Part name={t('preview.lockChecks', { members: draft.members })} wei={locks.checks} />
              <Part name={t('preview.lockDispute')} wei={locks.dispute} />
              <Part name={t('preview.lockDeposit')} wei={locks.deposit} />
            </span>
            <span className="label mt-1 block">{t('preview.comesBack')}</span>
          </Row>
        )}
      </dl>
      <div className="mt-3 space-y-2">
        {estimate.state === 'failed' ? (
          <Note tone="stop">{estimate.reason ?? t('preview.failed')}</Note>
        ) : null}
        {view && view.nodes === 0 ? <Note tone="ask">{t('preview.noNodes')}</Note> : null}
        {maxPrice !== null && view?.price && maxPrice < BigInt(view.price.low) ? (
          <Note tone="ask">{t('preview.lowPrice')}</Note>
        ) : null}
      </div>
    </div>
  )
}

/** What the person typed as wei; the suggestion when the field is empty; null when it is no price. */
export function maxPriceOf(draft: Draft, estimate: Estimate): bigint | null {
  if (draft.maxPrice.trim() === '')
    return estimate.view === null ? null : BigInt(estimate.view.suggestedMaxPrice)
  const typed = parseOgpu(draft.maxPrice)
  return typed === null || typed === 0n ? null : typed
}

function Row({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="grid grid-cols-[7.5rem_1fr] gap-3 border-b border-line py-2.5">
      <dt className="text-sm text-ink-3">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  )
}

function Part({ name, wei }: { name: string; wei: bigint }) {
  return (
    <span className="flex justify-between gap-3">
      <span>{name}</span>
      <Amount wei={wei} unit={false} />
    </span>
  )
}

/** The estimate as a scale: the interval as a bar, the expected value as the needle. */
function Interval({ low, expected, high }: { low: bigint; expected: bigint; high: bigint }) {
  if (high === 0n) return null
  const percent = (value: bigint) => Number((value * 1000n) / (high + high / 5n)) / 10
  return (
    <span aria-hidden="true" className="relative mt-1.5 mb-0.5 block h-2.5 border-b border-line-2">
      <span
        className="absolute bottom-0 h-1.5 bg-line-2"
        style={{ left: `${percent(low)}%`, width: `${Math.max(1, percent(high) - percent(low))}%` }}
      />
      <span className="absolute bottom-0 h-2.5 w-[3px] bg-signal" style={{ left: `${percent(expected)}%` }} />
    </span>
  )
}
