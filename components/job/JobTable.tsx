import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { Amount } from '#components/ui/Amount.tsx'
import { When } from '#components/ui/When.tsx'
import { stripTerminal } from '#lib/protocol/terminal.ts'
import type { JobSummary } from '#lib/protocol/views.ts'
import { MiniLine } from './MiniLine.tsx'
import { StateBadge } from './StateBadge.tsx'

/** Jobs as a board of departures: a table on a desk, two lines a job on a phone. */
export function JobTable({ jobs }: { jobs: readonly JobSummary[] }) {
  const t = useTranslations('jobs')
  const title = (job: JobSummary) => stripTerminal(job.title).trim() || t('untitled')
  return (
    <>
      <table className="board max-md:hidden">
        <caption className="sr-only">{t('title')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('col.created')}</th>
            <th scope="col">{t('col.title')}</th>
            <th scope="col">{t('col.line')}</th>
            <th scope="col">{t('col.state')}</th>
            <th scope="col" className="max-lg:hidden">
              {t('col.runtime')}
            </th>
            <th scope="col" className="max-lg:hidden">
              {t('col.node')}
            </th>
            <th scope="col" className="right">
              {t('col.price')}
            </th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.id} className="relative">
              <td className="text-ink-2">
                <When at={job.createdAt} />
              </td>
              <td className="max-w-80">
                <Link
                  href={`/jobs/${job.id}`}
                  prefetch={false}
                  className="block truncate font-[560] after:absolute after:inset-0 hover:underline"
                >
                  {title(job)}
                </Link>
              </td>
              <td>
                <MiniLine state={job.state} />
              </td>
              <td>
                <StateBadge state={job.state} />
              </td>
              <td className="max-lg:hidden">
                <code>{job.runtime}</code>
              </td>
              <td className="max-lg:hidden">{job.nodeName ?? <span className="text-ink-3">–</span>}</td>
              <td className="right">
                {job.price === null ? <span className="text-ink-3">–</span> : <Amount wei={job.price} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="md:hidden">
        {jobs.map((job) => (
          <li key={job.id} className="border-b border-line">
            <Link href={`/jobs/${job.id}`} prefetch={false} className="grid gap-1 py-3">
              <span className="flex items-baseline justify-between gap-3">
                <span className="min-w-0 truncate font-[560]">{title(job)}</span>
                {job.price === null ? null : <Amount wei={job.price} className="text-sm" />}
              </span>
              <span className="flex items-center justify-between gap-3 text-sm">
                <StateBadge state={job.state} />
                <When at={job.createdAt} className="text-ink-2" />
              </span>
              <MiniLine state={job.state} />
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}
