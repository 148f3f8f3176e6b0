import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { Amount } from '#components/ui/Amount.tsx'
import { useDuration } from '#components/ui/useDuration.ts'
import type { JobView } from '#lib/protocol/views.ts'
import { SeatSign } from './RunLine.tsx'

/** The seats of the committee: what each did, how it voted, what it was paid. */
export function Committee({
  seats,
  ended,
  children,
}: {
  seats: JobView['committee']
  /** The job moves no more: a committee that is not there will not come. */
  ended: boolean
  children?: React.ReactNode
}) {
  const t = useTranslations('job')
  const duration = useDuration()
  if (seats.length === 0)
    return <p className="py-4 text-ink-2">{t(ended ? 'noCommitteeEver' : 'noCommittee')}</p>
  return (
    <>
      <ul>
        {seats.map((seat) => (
          <li
            key={seat.seat}
            className="grid grid-cols-[2rem_1fr_auto] items-center border-b border-line py-3"
          >
            <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
              <SeatSign seat={seat} cx={12} radius={8} />
            </svg>
            <div className="min-w-0">
              <p>
                <Link href={`/nodes/${seat.member}`} prefetch={false} className="link">
                  {seat.name}
                </Link>
                <span className="label ml-2">{t('seat', { number: seat.seat + 1 })}</span>
              </p>
              <p className="text-sm text-ink-2">
                {seat.stage === 'revealed'
                  ? seat.agrees === true
                    ? t('vote.agrees')
                    : seat.agrees === false
                      ? t('vote.disagrees')
                      : t('stage.revealed')
                  : t(`stage.${seat.stage}`)}
                {seat.outcome !== null &&
                seat.outcome !== 'success' &&
                t.has(`voted.${seat.outcome}` as 'voted.failure')
                  ? `, ${t(`voted.${seat.outcome}` as 'voted.failure')}`
                  : ''}
                {seat.seconds === null ? '' : `, ${duration(seat.seconds)}`}
              </p>
            </div>
            <div className="text-right text-sm">
              {seat.paid === null ? null : <Amount wei={seat.paid} />}
              {seat.fined === null || seat.fined === '0' ? null : (
                <p className="text-stop">
                  {t('fined')} <Amount wei={seat.fined} />
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
      {children}
    </>
  )
}

/** Where two outputs first differ, side by side, and the comparator that would have agreed. */
export function Difference({
  difference,
  again,
}: {
  difference: NonNullable<JobView['difference']>
  again?: React.ReactNode
}) {
  const t = useTranslations('job')
  return (
    <div className="mt-4 border-l-4 border-stop bg-stop-wash p-4">
      <p className="font-[600]">{t('differenceTitle')}</p>
      <p className="mt-0.5 text-sm [overflow-wrap:anywhere]">
        <code>{difference.name}</code> {t('differenceAt', { at: difference.at })}: {difference.why}
      </p>
      <div className="mt-3 grid gap-3 md:grid-cols-2">
        {[
          { of: difference.leftOf, text: difference.left },
          { of: difference.rightOf, text: difference.right },
        ].map((side) => (
          <figure key={side.of} className="min-w-0">
            <figcaption className="label">{side.of}</figcaption>
            <pre className="mt-1 overflow-x-auto whitespace-pre-wrap bg-sheet p-2 [overflow-wrap:anywhere]">
              {side.text}
            </pre>
          </figure>
        ))}
      </div>
      {difference.proposalText === null ? (
        <p className="mt-3 text-sm">{t('noProposal')}</p>
      ) : (
        <div className="mt-3 flex flex-wrap items-center gap-3 text-sm">
          <p>{t.rich('proposal', { comparator: () => <code>{difference.proposalText}</code> })}</p>
          {again}
        </div>
      )}
    </div>
  )
}
