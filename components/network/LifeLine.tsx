import { useTranslations } from 'next-intl'
import { STOPS } from '#components/job/rules/timeline.ts'

/** The stops of a job with what happens at each: a line across on a desk, down on a phone. The committee's stop shows its three seats. */
export function LifeLine() {
  const t = useTranslations('home.step')
  return (
    <ol className="relative grid gap-y-7 lg:grid-cols-7 lg:gap-x-6">
      <span
        aria-hidden="true"
        className="absolute top-3 bottom-6 left-[0.6875rem] w-[3px] bg-ink lg:top-[0.6875rem] lg:right-[12%] lg:bottom-auto lg:left-3 lg:h-[3px] lg:w-auto"
      />
      {STOPS.map((stop, index) => (
        <li key={stop} className="relative grid grid-cols-[1.5rem_1fr] gap-x-4 lg:block">
          <StopSign stop={stop} last={index === STOPS.length - 1} />
          <div className="lg:mt-4">
            <h3 className="text-[1.0625rem]">{t(`${stop}.name`)}</h3>
            <p className="mt-1 text-sm text-ink-2">{t(`${stop}.text`)}</p>
          </div>
        </li>
      ))}
    </ol>
  )
}

function StopSign({ stop, last }: { stop: (typeof STOPS)[number]; last: boolean }) {
  return (
    <svg
      width={stop === 'check' ? 66 : 24}
      height="24"
      viewBox={stop === 'check' ? '0 0 66 24' : '0 0 24 24'}
      aria-hidden="true"
      focusable="false"
      className="relative max-lg:-ml-0 max-lg:w-6 max-lg:overflow-visible"
    >
      {stop === 'check' ? (
        <>
          <g className="hidden lg:block">
            {[12, 33, 54].map((cx) => (
              <circle
                key={cx}
                cx={cx}
                cy="12"
                r="8"
                fill="var(--paper)"
                stroke="var(--ink)"
                strokeWidth="3"
              />
            ))}
          </g>
          <g className="lg:hidden" transform="translate(21 0)">
            <circle cx="12" cy="5" r="4.5" fill="var(--paper)" stroke="var(--ink)" strokeWidth="2.4" />
            <circle cx="5" cy="17" r="4.5" fill="var(--paper)" stroke="var(--ink)" strokeWidth="2.4" />
            <circle cx="19" cy="17" r="4.5" fill="var(--paper)" stroke="var(--ink)" strokeWidth="2.4" />
          </g>
        </>
      ) : (
        <circle
          cx="12"
          cy="12"
          r={last ? 10 : 8}
          fill={last ? 'var(--signal)' : 'var(--paper)'}
          stroke={last ? 'var(--signal)' : 'var(--ink)'}
          strokeWidth="3"
        />
      )}
    </svg>
  )
}
