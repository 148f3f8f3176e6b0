import type { JobState } from '#lib/protocol/jobState.ts'
import { STOPS, standingOf } from './rules/timeline.ts'

const STEP = 15
const WIDTH = STEP * (STOPS.length - 1) + 12

/** A job's life as a line in a row of a table: what is behind is drawn, where it is now is the signal, what is ahead is dashed. */
export function MiniLine({ state }: { state: JobState }) {
  const { at, ended } = standingOf(state)
  const x = (stop: number) => 6 + stop * STEP
  const colour =
    state === 'settled'
      ? 'var(--clear)'
      : state === 'held'
        ? 'var(--ask)'
        : state === 'rejected' || state === 'refunded'
          ? 'var(--stop)'
          : ended
            ? 'var(--ink-3)'
            : 'var(--signal)'
  return (
    <svg
      width={WIDTH}
      height="12"
      viewBox={`0 0 ${WIDTH} 12`}
      aria-hidden="true"
      focusable="false"
      className="block shrink-0"
    >
      {at < STOPS.length - 1 && !ended ? (
        <path
          d={`M${x(at)} 6H${x(STOPS.length - 1)}`}
          stroke="var(--line-2)"
          strokeWidth="1"
          strokeDasharray="2 3"
        />
      ) : null}
      <path d={`M${x(0)} 6H${x(at)}`} stroke="var(--ink)" strokeWidth="1.5" />
      {STOPS.map((stop, index) => {
        if (index < at) return <circle key={stop} cx={x(index)} cy="6" r="2.2" fill="var(--ink)" />
        if (index === at)
          return (
            <circle key={stop} cx={x(index)} cy="6" r="4.2" fill={colour} className={ended ? '' : 'needle'} />
          )
        return ended ? null : (
          <circle key={stop} cx={x(index)} cy="6" r="2" fill="var(--paper)" stroke="var(--line-2)" />
        )
      })}
    </svg>
  )
}
