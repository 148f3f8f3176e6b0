import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { Amount } from '#components/ui/Amount.tsx'
import { cn } from '#components/ui/cn.ts'
import type { JobView } from '#lib/protocol/views.ts'

/** Every node that was asked: its price, and why it won or was passed over. */
export function WhyNode({ bids }: { bids: JobView['bids'] }) {
  const t = useTranslations('job')
  if (bids.length === 0) return <p className="py-4 text-ink-2">{t('noBids')}</p>
  return (
    <div className="overflow-x-auto">
      <table className="board">
        <caption className="sr-only">{t('whyTitle')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('bid.node')}</th>
            <th scope="col" className="right">
              {t('bid.price')}
            </th>
            <th scope="col">{t('bid.decision')}</th>
          </tr>
        </thead>
        <tbody>
          {inOrder(bids).map((bid) => (
            <tr key={`${bid.attempt}-${bid.node}`}>
              <td>
                <span className="inline-flex items-baseline gap-2 whitespace-nowrap">
                  <span
                    aria-hidden="true"
                    className={cn(
                      'size-2 rounded-full',
                      bid.decision === 'won' ? 'bg-signal' : 'border border-line-2',
                    )}
                  />
                  <Link
                    href={`/nodes/${bid.node}`}
                    prefetch={false}
                    className={cn('link', bid.decision === 'won' && 'font-[600]')}
                  >
                    {bid.name}
                  </Link>
                </span>
                {bid.attempt > 1 ? (
                  <span className="label ml-2">{t('attempt', { number: bid.attempt })}</span>
                ) : null}
              </td>
              <td className="right">{bid.price === null ? '–' : <Amount wei={bid.price} unit={false} />}</td>
              <td>
                <span className={cn(bid.decision === 'won' ? 'font-[560]' : 'text-ink-2')}>
                  {t(`decision.${bid.decision}`)}
                </span>
                <span className="block text-sm text-ink-2 [overflow-wrap:anywhere]">{bid.reason}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const RANK = { won: 0, passed: 1, declined: 2 } as const

/** The newest attempt first, in it the winner, then by price. */
function inOrder(bids: JobView['bids']): JobView['bids'] {
  const price = (bid: JobView['bids'][number]) => (bid.price === null ? 10n ** 60n : BigInt(bid.price))
  return [...bids].sort(
    (a, b) =>
      b.attempt - a.attempt ||
      RANK[a.decision] - RANK[b.decision] ||
      (price(a) < price(b) ? -1 : price(a) > price(b) ? 1 : a.name.localeCompare(b.name, 'en')),
  )
}
