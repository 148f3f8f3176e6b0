import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { Committee, Difference } from '#components/job/Committee.tsx'
import { Cost } from '#components/job/Cost.tsx'
import { JobActions } from '#components/job/JobActions.tsx'
import { LogView } from '#components/job/LogView.tsx'
import { Reasons } from '#components/job/Reasons.tsx'
import { ResultFiles } from '#components/job/ResultFiles.tsx'
import { RunLine } from '#components/job/RunLine.tsx'
import { SpecFacts } from '#components/job/SpecFacts.tsx'
import { StateBadge } from '#components/job/StateBadge.tsx'
import { Timeline } from '#components/job/Timeline.tsx'
import { WhyNode } from '#components/job/WhyNode.tsx'
import { CopyButton } from '#components/ui/CopyButton.tsx'
import { Note, PageHead, Section } from '#components/ui/PageHead.tsx'
import { SignInGate } from '#components/wallet/SignInGate.tsx'
import { FINAL_STATES } from '#lib/protocol/jobState.ts'
import { stripTerminal } from '#lib/protocol/terminal.ts'
import { getFrame } from '#lib/web/frame.ts'
import { getJob } from '#lib/web/queries.ts'
import { getSession } from '#lib/web/session.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('jobs'))('one') }
}

export default async function Job({ params }: { params: Promise<{ jobId: string }> }) {
  const [{ jobId }, session, t, hint, jobs] = await Promise.all([
    params,
    getSession(),
    getTranslations('job'),
    getTranslations('stateHint'),
    getTranslations('jobs'),
  ])
  if (session === null) {
    const { embedded } = await getFrame()
    return (
      <>
        <PageHead title={jobs('one')} />
        <SignInGate embedded={embedded} what={jobs('gate')} />
      </>
    )
  }
  const job = await getJob(session, jobId)
  if (job === null) notFound()
  const ended = FINAL_STATES.has(job.state)
  const live = job.state === 'awarded' || job.state === 'running' || job.state === 'checking'
  const stopped = job.verdict !== null && (job.state === 'held' || job.state === 'rejected')
  return (
    <>
      <PageHead title={stripTerminal(job.title).trim() || jobs('untitled')}>
        <JobActions job={{ id: job.id, orderId: job.orderId, may: job.may, spec: job.spec }} />
      </PageHead>
      <div className="frame">
        <div className="flex flex-wrap items-center gap-x-6 gap-y-1 border-t border-ink py-3">
          <StateBadge state={job.state} className="text-[1.0625rem]" />
          <span className="text-ink-2">{hint(job.state)}</span>
          <span className="label ml-auto inline-flex items-center">
            <code className="[overflow-wrap:anywhere]">{job.id}</code>
            <CopyButton text={job.id} what={jobs('id')} />
          </span>
        </div>
        <div className="border-y border-line py-6">
          <RunLine job={job} />
        </div>
        {job.waiting === null ? null : (
          <div className="mt-4">
            <Note tone="ask" title={t('waitingTitle')}>
              {job.waiting}
            </Note>
          </div>
        )}
        {stopped && job.verdict ? (
          <div className="mt-4">
            <Note
              tone={job.state === 'held' ? 'ask' : 'stop'}
              title={t(job.state === 'held' ? 'verdict.hold' : 'verdict.reject')}
            >
              <Reasons reasons={job.verdict.reasons} />
            </Note>
          </div>
        ) : null}

        <div className="mt-10 grid gap-x-12 gap-y-12 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
          <div className="min-w-0 space-y-12">
            {job.state === 'rejected' ? null : (
              <Section
                id="log"
                title={t('logTitle')}
                aside={job.exitCode === null ? null : t('exitCode', { code: job.exitCode })}
              >
                <LogView
                  jobId={job.id}
                  revision={job.revision}
                  leaseId={job.leaseId}
                  live={live}
                  ended={ended}
                  stored={job.stdout}
                  deleted={job.spec === null}
                />
              </Section>
            )}
            {job.state === 'rejected' ? null : (
              <Section id="result" title={t('resultTitle')}>
                {job.released && job.artifacts.length > 0 ? (
                  <ResultFiles jobId={job.id} artifacts={job.artifacts} />
                ) : (
                  <p className="py-4 text-ink-2">{ended ? t('resultNever') : t('resultNotYet')}</p>
                )}
              </Section>
            )}
            {job.state === 'rejected' ? null : (
              <Section id="committee" title={t('committeeTitle')}>
                <Committee seats={job.committee}>
                  {job.difference === null ? null : (
                    <Difference
                      difference={job.difference}
                      again={
                        job.difference.proposalText === null || job.spec === null ? undefined : (
                          <Link
                            href={`/jobs/new?from=${job.id}&compare=${encodeURIComponent(job.difference.proposalText)}`}
                            className="button button-small"
                          >
                            {t('useProposal')}
                          </Link>
                        )
                      }
                    />
                  )}
                </Committee>
              </Section>
            )}
            <Section id="cost" title={t('costTitle')}>
              <Cost job={job} />
            </Section>
          </div>
          <div className="min-w-0 space-y-12">
            <Section id="timeline" title={t('timelineTitle')} aside={t('timelineUtc')}>
              <Timeline entries={job.timeline} />
            </Section>
            {job.state === 'rejected' ? null : (
              <Section id="why" title={t('whyTitle')}>
                <WhyNode bids={job.bids} />
              </Section>
            )}
            <Section id="spec" title={t('specTitle')}>
              <SpecFacts job={job} />
            </Section>
          </div>
        </div>
      </div>
    </>
  )
}
