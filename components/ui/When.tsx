import { useFormatter } from 'next-intl'

/** A moment in UTC, to the second; times of a timetable, the same on server and browser. */
export function When({
  at,
  date = true,
  className,
}: {
  at: string | number
  date?: boolean
  className?: string
}) {
  const format = useFormatter()
  const moment = typeof at === 'number' ? new Date(at * 1000) : new Date(at)
  const iso = moment.toISOString()
  return (
    <time dateTime={iso} title={`${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`} className={className}>
      {date ? (
        <span className="whitespace-nowrap">
          {format.dateTime(moment, { day: 'numeric', month: 'short', timeZone: 'UTC' })}{' '}
        </span>
      ) : null}
      <span className="num">{iso.slice(11, 19)}</span>
    </time>
  )
}
