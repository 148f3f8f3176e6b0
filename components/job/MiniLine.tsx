import type { JobState } from '#lib/protocol/jobState.ts'

/** The stops of every job, in order. */
export const STOPS = ['order', 'vetting', 'lock', 'award', 'run', 'check', 'pay'] as const
export type Stop = (typeof STOPS)[number]

/** How far a job in this state has come: the stop it stands at, and whether it ended there without payment. */
export function standingOf(state: JobState): { at: number; ended: boolean } {
  switch (state) {
    case 'held':
    case 'rejected':
      return { at: 1, ended: state === 'rejected' }
    case 'open':
    case 'cancelled':
    case 'expired':
      return { at: 2, ended: state !== 'open' }
    case 'awarded':
      return { at: 3, ended: false }
    case 'running':
      return { at: 4, ended: false }
    case 'checking':
    case 'refunded':
      return { at: 5, ended: state === 'refunded' }
    case 'settled':
      return { at: 6, ended: true }
  }
}

const STEP = 15
const WIDTH = STEP * (STOPS.length - 1) + 12

/** A job's life as a line in a row of a table: what is behind is drawn, where it is now is the signal, what is ahead is dashed. */
export function MiniLine({ state }: { state: JobState }) {
  const { at, ended } = standingOf(state)
  const x = (stop: number) => 6 + stop * STEP
  const paid = state === 'settled'
  const colour = paid
    ? 'var(--clear)'
    : state === 'held'
      ? 'var(--ask)'
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
