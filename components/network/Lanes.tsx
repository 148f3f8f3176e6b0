import { useTranslations } from 'next-intl'
import { lanesOf, type NodeHistory } from './rules/lanes.ts'

const LANE = 34
const TOP = 16

/**
 * The network's work as a line chart of a timetable: a lane per node, a column per job. The disc ran it, the rings on the
 * same line checked it; what is under way is the signal.
 */
export function Lanes({ nodes }: { nodes: readonly NodeHistory[] }) {
  return (
    <>
      <div className="hidden sm:block">
        <Chart nodes={nodes} columns={28} />
      </div>
      <div className="sm:hidden">
        <Chart nodes={nodes} columns={12} />
      </div>
    </>
  )
}

function Chart({ nodes, columns }: { nodes: readonly NodeHistory[]; columns: number }) {
  const t = useTranslations('home')
  const chart = lanesOf(nodes, columns)
  const height = TOP * 2 + LANE * Math.max(0, chart.lanes.length - 1)
  const y = (lane: number) => TOP + lane * LANE
  // New columns enter at the right edge; a young network's chart fills from there.
  const x = (column: number) => `${((columns - chart.jobs.length + column + 0.5) / columns) * 100}%`
  return (
    <figure className="m-0">
      <div className="grid grid-cols-[7.5rem_1fr] sm:grid-cols-[11rem_1fr]">
        <ul aria-hidden="true" style={{ paddingTop: TOP - LANE / 2 }}>
          {chart.lanes.map((lane) => (
            <li key={lane.node} className="flex items-center gap-2 pr-3 text-sm" style={{ height: LANE }}>
              <span
                className={`size-2 shrink-0 rounded-full ${lane.live ? 'bg-ink' : 'border border-line-2'}`}
              />
              <span className="truncate">{lane.name}</span>
            </li>
          ))}
        </ul>
        <svg
          width="100%"
          height={height}
          role="img"
          aria-label={t('lanesLabel', { jobs: chart.jobs.length, nodes: chart.lanes.length })}
        >
          {chart.lanes.map((lane, index) => (
            <line
              key={lane.node}
              x1="0"
              x2="100%"
              y1={y(index)}
              y2={y(index)}
              stroke="var(--line)"
              strokeDasharray={lane.live ? undefined : '2 5'}
            />
          ))}
          {chart.jobs.map((job, column) => {
            const colour = job.moving ? 'var(--signal)' : job.failed ? 'var(--stop)' : 'var(--ink)'
            return (
              <g key={job.id} className={job.moving ? 'needle' : undefined}>
                <line
                  x1={x(column)}
                  x2={x(column)}
                  y1={y(job.top)}
                  y2={y(job.bottom)}
                  stroke={colour}
                  strokeWidth="1.5"
                  pathLength={1}
                  className="draw"
                  style={{ animationDelay: `${column * 25}ms` }}
                />
                {job.checkers.map((lane) => (
                  <circle
                    key={lane}
                    cx={x(column)}
                    cy={y(lane)}
                    r="4"
                    fill="var(--paper)"
                    stroke={colour}
                    strokeWidth="1.75"
                  />
                ))}
                {job.runner === null ? null : (
                  <circle cx={x(column)} cy={y(job.runner)} r="6" fill={colour} />
                )}
              </g>
            )
          })}
          <line x1="100%" x2="100%" y1="0" y2={height} stroke="var(--signal)" strokeWidth="3" />
        </svg>
      </div>
      <figcaption className="mt-3 flex flex-wrap items-center gap-x-6 gap-y-1 border-t border-line pt-3 text-sm text-ink-2">
        {chart.jobs.length === 0 ? (
          <span>{t('lanesEmpty')}</span>
        ) : (
          <>
            <Key colour="var(--ink)" filled text={t('lanesRan')} />
            <Key colour="var(--ink)" text={t('lanesChecked')} />
            <Key colour="var(--signal)" filled text={t('lanesUnder')} />
            {chart.jobs.some((job) => job.failed) ? (
              <Key colour="var(--stop)" filled text={t('lanesFailed')} />
            ) : null}
          </>
        )}
      </figcaption>
    </figure>
  )
}

function Key({ colour, filled = false, text }: { colour: string; filled?: boolean; text: string }) {
  return (
    <span className="inline-flex items-center gap-2">
      <svg width="14" height="14" aria-hidden="true">
        <circle
          cx="7"
          cy="7"
          r={filled ? 6 : 4.5}
          fill={filled ? colour : 'none'}
          stroke={filled ? 'none' : colour}
          strokeWidth="1.75"
        />
      </svg>
      {text}
    </span>
  )
}
