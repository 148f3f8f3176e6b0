import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { type Draft, draftFromSpec, draftFromTemplate, EMPTY_DRAFT } from '#components/job/form/draft.ts'
import { JobForm } from '#components/job/form/JobForm.tsx'
import { JOB_TEMPLATES } from '#components/job/templates.ts'
import { PageHead } from '#components/ui/PageHead.tsx'
import { readOwnContents } from '#lib/web/ownContents.ts'
import { getAccount, getJob, getNetworkView } from '#lib/web/queries.ts'
import { getSession } from '#lib/web/session.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('form'))('heading') }
}

export default async function NewJob({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}) {
  const [t, template, query, session, network] = await Promise.all([
    getTranslations('form'),
    getTranslations('template'),
    searchParams,
    getSession(),
    getNetworkView(),
  ])
  const chosen = JOB_TEMPLATES.find((item) => item.id === query.template)
  let initial: Draft = chosen ? draftFromTemplate(chosen, template(`${chosen.id}.name`)) : EMPTY_DRAFT
  if (typeof query.from === 'string' && session !== null) {
    const job = await getJob(session, query.from)
    if (job?.spec)
      initial = draftFromSpec(
        job.spec,
        await readOwnContents(job),
        typeof query.compare === 'string' ? query.compare : null,
      )
  }
  const account = session === null ? null : await getAccount(session)
  return (
    <>
      <PageHead title={t('heading')} lead={t('lead')} />
      <JobForm
        key={`${String(query.template ?? '')}/${String(query.from ?? '')}/${String(query.compare ?? '')}`}
        network={network}
        initial={initial}
        session={session?.address ?? null}
        freeEscrow={account?.escrow ?? null}
      />
    </>
  )
}
