import { useTranslations } from 'next-intl'
import { TransactionLink } from '#components/ui/Hash.tsx'
import { When } from '#components/ui/When.tsx'
import type { JobView } from '#lib/protocol/views.ts'
import { type LineStop, lineOf } from './rules/timeline.ts'

/** The job's life as one line: the stops it passed with their times, where it is now, what lies ahead. */
export function RunLine({ job }: { job: JobView }) {
  const t = useTranslations('home.step')
  const tj = useTranslations('job')
  const line = lineOf(job)
  const here = line.findIndex((stop) => stop.standing === 'here')
  const settled = job.state === 'settled'
  const ended = line.some((stop) => stop.standing === 'never') || settled
  return (
    <ol aria-label={tj('lineLabel')} className="grid lg:grid-cols-7">
      {line.map((stop, index) => (
        <li
          key={stop.stop}
          aria-current={stop.standing === 'here' ? 'step' : undefined}
          className={`relative grid min-h-12 grid-cols-[1.5rem_1fr] gap-x-3 lg:block lg:min-h-0 ${stop.standing === 'never' ? 'max-lg:hidden' : ''}`}
        >
          {index < line.length - 1 ? (
            <span
              aria-hidden="true"
              className={`absolute left-[0.6875rem] top-3 h-full w-[2px] lg:top-[0.6875rem] lg:left-3 lg:h-[2px] lg:w-full ${index < here ? 'bg-ink' : stop.standing === 'never' || ended ? 'bg-transparent' : 'border-line-2 border-l-2 border-dashed lg:border-t-2 lg:border-l-0'}`}
            />
          ) : null}
          <Sign stop={stop} job={job} settled={settled} ended={ended} />
          <div className="pb-3 lg:mt-3 lg:pr-3 lg:pb-0">
            <p
              className={
                stop.standing === 'here' ? 'font-[620]' : stop.standing === 'passed' ? '' : 'text-ink-3'
              }
            >
              {t(`${stop.stop}.name`)}
            </p>
            <p className="text-sm text-ink-2">
              {stop.at ? (
                <When at={stop.at} date={false} />
              ) : (
                <span aria-hidden="true">{stop.standing === 'ahead' ? '--:--:--' : ''}</span>
              )}
            </p>
            {hasSeats(stop, job) ? (
              <div className="-ml-1 lg:hidden">
                <Seats job={job} />
              </div>
            ) : null}
            {stop.transaction ? (
              <p className="text-sm">
                <TransactionLink hash={stop.transaction} />
              </p>
            ) : null}
          </div>
        </li>
      ))}
    </ol>
  )
}

function Sign({
  stop,
  job,
  settled,
  ended,
}: {
  stop: LineStop
  job: JobView
  settled: boolean
  ended: boolean
}) {
  const here = stop.standing === 'here'
  const colour = !here
    ? 'var(--ink)'
    : settled
      ? 'var(--clear)'
      : job.state === 'held'
        ? 'var(--ask)'
        : job.state === 'rejected' || job.state === 'refunded'
          ? 'var(--stop)'
          : ended
            ? 'var(--ink-3)'
            : 'var(--signal)'
  const seats = hasSeats(stop, job)
  return (
    <>
      {seats ? (
        <span className="hidden lg:block">
          <Seats job={job} />
        </span>
      ) : null}
      <svg
        width="24"
        height="24"
        viewBox="0 0 24 24"
        aria-hidden="true"
        focusable="false"
        className={`relative ${seats ? 'lg:hidden' : ''}`}
      >
        {stop.standing === 'ahead' || stop.standing === 'never' ? (
          <circle
            cx="12"
            cy="12"
            r="5"
            fill="var(--paper)"
            stroke="var(--line-2)"
            strokeWidth="2"
            strokeDasharray={stop.standing === 'never' ? '2 3' : undefined}
          />
        ) : here ? (
          <>
            {ended ? null : (
              <circle
                cx="12"
                cy="12"
                r="11"
                fill="none"
                stroke={colour}
                strokeWidth="1.5"
                className="needle"
              />
            )}
            <circle cx="12" cy="12" r="8" fill={colour} />
          </>
        ) : (
          <circle cx="12" cy="12" r="6" fill="var(--paper)" stroke="var(--ink)" strokeWidth="2.5" />
        )}
      </svg>
    </>
  )
}

/** True at the committee's stop once seats are drawn: on a desk the seats are the stop's sign, on a phone they stand beside it. */
function hasSeats(stop: LineStop, job: JobView): boolean {
  return stop.stop === 'check' && stop.standing !== 'never' && job.committee.length > 0
}

/** The committee's stop: a ring a seat, filled by what the seat did. */
function Seats({ job }: { job: JobView }) {
  const seats = job.committee.slice(0, 9)
  const step = Math.min(18, 84 / seats.length)
  return (
    <svg
      width={12 + step * seats.length}
      height="24"
      viewBox={`0 0 ${12 + step * seats.length} 24`}
      aria-hidden="true"
      focusable="false"
      className="relative"
    >
      {seats.map((seat, index) => (
        <SeatSign key={seat.seat} seat={seat} cx={12 + index * step} radius={Math.min(7, step / 2 - 1)} />
      ))}
    </svg>
  )
}

export function SeatSign({
  seat,
  cx,
  radius,
}: {
  seat: JobView['committee'][number]
  cx: number
  radius: number
}) {
  const moving = seat.stage === 'running' || seat.stage === 'drawn'
  const colour =
    seat.stage === 'silent'
      ? 'var(--stop)'
      : seat.agrees === true
        ? 'var(--clear)'
        : seat.agrees === false
          ? 'var(--stop)'
          : seat.stage === 'sealed'
            ? 'var(--ink)'
            : 'var(--signal)'
  const filled = seat.stage === 'sealed' || (seat.stage === 'revealed' && seat.agrees !== false)
  return (
    <g className={moving && seat.stage === 'running' ? 'needle' : undefined}>
      <circle
        cx={cx}
        cy="12"
        r={radius}
        fill={filled ? colour : 'var(--paper)'}
        stroke={colour}
        strokeWidth="2.4"
      />
      {seat.agrees === false || seat.stage === 'silent' ? (
        <path d={`M${cx - 3} 9l6 6m0-6-6 6`} stroke={colour} strokeWidth="2" />
      ) : null}
    </g>
  )
}
