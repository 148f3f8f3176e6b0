import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { Hash } from '#components/ui/Hash.tsx'
import { Empty, Note, PageHead, Section } from '#components/ui/PageHead.tsx'
import { When } from '#components/ui/When.tsx'
import { formatOgpu } from '#lib/kernel/money.ts'
import { getTransaction } from '#lib/web/queries.ts'
import { getSession } from '#lib/web/session.ts'

export async function generateMetadata({ params }: { params: Promise<{ hash: string }> }): Promise<Metadata> {
  return { title: `${(await getTranslations('explorer'))('title')} ${(await params).hash.slice(0, 10)}` }
}

/** Names of arguments that are amounts in wei, shown as oGPU beside the number. */
const AMOUNTS =
  /^(amount|value|locked|price|maxPrice|nodePay|fee|membersPaid|refund|slashed|penalty|bond|ask)$/

export default async function Transaction({ params }: { params: Promise<{ hash: string }> }) {
  const [{ hash }, t] = await Promise.all([params, getTranslations('explorer')])
  if (!/^0x[0-9a-fA-F]{64}$/.test(hash)) notFound()
  const transaction = await getTransaction(await getSession(), hash)
  if (transaction === null || transaction.status === 'unknown') {
    return (
      <>
        <PageHead title={t('title')} lead={<Hash value={hash} copy what={t('hash')} />} />
        <div className="frame">
          <Empty title={t('unknownTitle')}>{t('unknownText')}</Empty>
        </div>
      </>
    )
  }
  return (
    <>
      <PageHead
        title={transaction.call ? `${transaction.contract ?? ''}.${transaction.call.name}` : t('title')}
        lead={<Hash value={transaction.hash} copy what={t('hash')} />}
      />
      <div className="frame space-y-12">
        <dl className="grid grid-cols-2 border-y border-ink text-sm lg:grid-cols-6">
          <Cell name={t('status')}>
            <span
              className={
                transaction.status === 'reverted'
                  ? 'text-stop'
                  : transaction.status === 'pending'
                    ? 'text-signal-ink'
                    : 'text-clear'
              }
            >
              {t(`is.${transaction.status}`)}
            </span>
          </Cell>
          <Cell name={t('block')}>
            <span className="num">{transaction.block ?? '–'}</span>
          </Cell>
          <Cell name={t('when')}>{transaction.at === null ? '–' : <When at={transaction.at} />}</Cell>
          <Cell name={t('confirmations')}>
            <span className="num">{transaction.confirmations}</span>
          </Cell>
          <Cell name={t('from')}>
            {transaction.from === null ? '–' : <Hash value={transaction.from} copy what={t('from')} />}
          </Cell>
          <Cell name={t('to')}>
            {transaction.contract ?? ''}{' '}
            {transaction.to === null ? '–' : <Hash value={transaction.to} copy what={t('to')} />}
          </Cell>
        </dl>
        {transaction.revert === null ? null : (
          <Note tone="stop" title={t('reverted', { name: transaction.revert.name })}>
            {transaction.revert.args.map((arg) => `${arg.name}: ${arg.value}`).join(', ')}
          </Note>
        )}
        {transaction.jobs.length === 0 ? null : (
          <Section id="jobs" title={t('jobs')}>
            <ul>
              {transaction.jobs.map((job) => (
                <li key={job} className="border-b border-line py-2">
                  <Link href={`/jobs/${job}`} className="link">
                    <code>{job}</code>
                  </Link>
                </li>
              ))}
            </ul>
          </Section>
        )}
        <Section
          id="call"
          title={t('call')}
          aside={transaction.gasUsed === null ? null : t('gas', { gas: transaction.gasUsed })}
        >
          {transaction.call === null ? (
            <p className="py-4 text-ink-2">{t('noCall')}</p>
          ) : (
            <Arguments args={transaction.call.args} />
          )}
        </Section>
        <Section id="events" title={t('events')} aside={String(transaction.events.length)}>
          {transaction.events.length === 0 ? (
            <p className="py-4 text-ink-2">{t('noEvents')}</p>
          ) : (
            <ol>
              {transaction.events.map((event, index) => (
                <li
                  // biome-ignore lint/suspicious/noArrayIndexKey: events are told apart by their place alone
                  key={index}
                  className="grid gap-x-6 gap-y-1 border-b border-line py-3 md:grid-cols-[16rem_1fr]"
                >
                  <p>
                    <span className="font-[600]">{event.name}</span>{' '}
                    <span className="text-sm text-ink-3">{event.contract}</span>
                  </p>
                  <Arguments args={event.args} />
                </li>
              ))}
            </ol>
          )}
        </Section>
      </div>
    </>
  )
}

function Cell({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="min-w-0 py-3 pr-4">
      <dt className="label">{name}</dt>
      <dd className="mt-0.5 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  )
}

function Arguments({ args }: { args: readonly { name: string; value: string }[] }) {
  return (
    <dl className="min-w-0 text-sm">
      {args.map((arg, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: arguments keep their order
        <div key={index} className="grid grid-cols-[9rem_1fr] gap-3 py-1">
          <dt className="text-ink-3">{arg.name}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">
            <code>{arg.value}</code>
            {AMOUNTS.test(arg.name) && /^\d{1,78}$/.test(arg.value) ? (
              <span className="ml-2 text-ink-2">= {formatOgpu(BigInt(arg.value), 6)} oGPU</span>
            ) : null}
          </dd>
        </div>
      ))}
    </dl>
  )
}
