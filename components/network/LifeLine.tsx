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
  if (stop === 'check') {
    return (
      <>
        <svg
          width="66"
          height="24"
          viewBox="0 0 66 24"
          aria-hidden="true"
          focusable="false"
          className="relative hidden lg:block"
        >
          {[12, 33, 54].map((cx) => (
            <circle key={cx} cx={cx} cy="12" r="8" fill="var(--paper)" stroke="var(--ink)" strokeWidth="3" />
          ))}
        </svg>
        <svg
          width="24"
          height="60"
          viewBox="0 0 24 60"
          aria-hidden="true"
          focusable="false"
          className="relative lg:hidden"
        >
          {[9, 30, 51].map((cy) => (
            <circle key={cy} cx="12" cy={cy} r="7" fill="var(--paper)" stroke="var(--ink)" strokeWidth="3" />
          ))}
        </svg>
      </>
    )
  }
  return (
    <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true" focusable="false" className="relative">
      <circle
        cx="12"
        cy="12"
        r={last ? 10 : 8}
        fill={last ? 'var(--signal)' : 'var(--paper)'}
        stroke={last ? 'var(--signal)' : 'var(--ink)'}
        strokeWidth="3"
      />
    </svg>
  )
}
