import { useTranslations } from 'next-intl'
import { cn } from '#components/ui/cn.ts'
import type { JobState } from '#lib/protocol/jobState.ts'

/** Colour of a state: the signal for what moves now, green for done, red for stopped, blue for what asks a person, grey for what ended aside. */
export const STATE_COLOUR: Readonly<Record<JobState, string>> = {
  held: 'text-ask',
  rejected: 'text-stop',
  open: 'text-ink',
  awarded: 'text-signal',
  running: 'text-signal',
  checking: 'text-signal',
  settled: 'text-clear',
  refunded: 'text-stop',
  cancelled: 'text-ink-3',
  expired: 'text-ink-3',
}

const MOVING: ReadonlySet<JobState> = new Set(['awarded', 'running', 'checking'])

/** A state's own sign, so that colour is never the only difference. */
export function StateGlyph({ state, size = 14 }: { state: JobState; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      aria-hidden="true"
      focusable="false"
      className={cn('shrink-0', STATE_COLOUR[state], MOVING.has(state) && 'needle')}
    >
      {shapeOf(state)}
    </svg>
  )
}

function shapeOf(state: JobState) {
  switch (state) {
    case 'held':
      return <path d="M8 1.8 14.2 8 8 14.2 1.8 8Z M8 5v3.6 M8 10.2v1.4" strokeWidth="1.6" />
    case 'rejected':
      return <path d="M3 3l10 10M13 3 3 13" strokeWidth="2.6" />
    case 'open':
      return <circle cx="8" cy="8" r="5.6" />
    case 'awarded':
      return (
        <>
          <circle cx="8" cy="8" r="5.6" />
          <circle cx="8" cy="8" r="2.2" fill="currentColor" stroke="none" />
        </>
      )
    case 'running':
      return <circle cx="8" cy="8" r="6.6" fill="currentColor" stroke="none" />
    case 'checking':
      return (
        <g fill="currentColor" stroke="none">
          <circle cx="8" cy="3.8" r="2.9" />
          <circle cx="3.6" cy="11.6" r="2.9" />
          <circle cx="12.4" cy="11.6" r="2.9" />
        </g>
      )
    case 'settled':
      return <path d="M2 8.6 6.2 13 14 3.4" strokeWidth="2.6" />
    case 'refunded':
      return <path d="M6.4 2.4 2.4 6.4l4 4M3 6.4h6.2a4 4 0 0 1 0 8H6" />
    case 'cancelled':
      return (
        <>
          <circle cx="8" cy="8" r="5.8" />
          <path d="M3.9 12.1 12.1 3.9" />
        </>
      )
    case 'expired':
      return (
        <>
          <circle cx="8" cy="8" r="5.8" />
          <path d="M8 4.4V8l2.6 2" />
        </>
      )
  }
}

export function StateBadge({ state, className }: { state: JobState; className?: string }) {
  const t = useTranslations('state')
  return (
    <span className={cn('inline-flex items-center gap-2 whitespace-nowrap align-middle', className)}>
      <StateGlyph state={state} />
      <span
        className={cn(
          'font-[540]',
          STATE_COLOUR[state] === 'text-signal' ? 'text-signal-ink' : STATE_COLOUR[state],
        )}
      >
        {t(state)}
      </span>
    </span>
  )
}
