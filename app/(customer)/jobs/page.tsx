import type { Metadata } from 'next'
import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { JobTable } from '#components/job/JobTable.tsx'
import { StateGlyph } from '#components/job/StateBadge.tsx'
import { NetworkPulse } from '#components/network/NetworkPulse.tsx'
import { cn } from '#components/ui/cn.ts'
import { Empty, PageHead } from '#components/ui/PageHead.tsx'
import { SignInGate } from '#components/wallet/SignInGate.tsx'
import { JOB_STATES, type JobState } from '#lib/protocol/jobState.ts'
import { getFrame } from '#lib/web/frame.ts'
import { listJobs } from '#lib/web/queries.ts'
import { getSession } from '#lib/web/session.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('jobs'))('title') }
}

export default async function Jobs({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}) {
  const [t, states, query, session] = await Promise.all([
    getTranslations('jobs'),
    getTranslations('state'),
    searchParams,
    getSession(),
  ])
  const state = JOB_STATES.find((item) => item === query.state) ?? null
  const head = (
    <PageHead title={t('title')} lead={t('lead')}>
      <Link href="/jobs/new" className="button button-ink">
        {t('newJob')}
      </Link>
    </PageHead>
  )
  if (session === null) {
    const { embedded } = await getFrame()
    return (
      <>
        {head}
        <SignInGate embedded={embedded} what={t('gate')} />
      </>
    )
  }
  const before = typeof query.before === 'string' ? query.before : null
  const { jobs, next } = await listJobs(session, {
    ...(state === null ? {} : { state }),
    ...(before === null ? {} : { cursor: before }),
  })
  const link = (to: JobState | null) => (to === null ? '/jobs' : `/jobs?state=${to}`)
  return (
    <>
      <NetworkPulse topics={['jobs']} />
      {head}
      <div className="frame">
        <nav
          aria-label={t('filter')}
          className="-mx-1 flex flex-wrap gap-x-1 gap-y-1 border-b border-ink pb-2"
        >
          {[null, ...JOB_STATES].map((item) => (
            <Link
              key={item ?? 'all'}
              href={link(item)}
              aria-current={item === state ? 'page' : undefined}
              className={cn(
                'touch inline-flex items-center gap-1.5 px-2 py-1 text-sm text-ink-2 hover:bg-well hover:text-ink',
                item === state && 'bg-ink text-paper hover:bg-ink hover:text-paper',
              )}
            >
              {item === null ? null : <StateGlyph state={item} size={11} />}
              {item === null ? t('all') : states(item)}
            </Link>
          ))}
        </nav>
        {jobs.length > 0 ? (
          <JobTable jobs={jobs} />
        ) : state === null ? (
          <Empty
            title={t('emptyTitle')}
            action={
              <Link href="/jobs/new?template=primes" className="button button-signal">
                {t('firstJob')}
              </Link>
            }
          >
            {t('emptyText')}
          </Empty>
        ) : (
          <Empty
            title={t('emptyFilterTitle')}
            action={
              <Link href="/jobs" className="button">
                {t('showAll')}
              </Link>
            }
          />
        )}
        {next === null ? null : (
          <Link
            href={`${link(state)}${state === null ? '?' : '&'}before=${encodeURIComponent(next)}`}
            className="button button-quiet mt-6"
          >
            {t('older')}
          </Link>
        )}
      </div>
    </>
  )
}
