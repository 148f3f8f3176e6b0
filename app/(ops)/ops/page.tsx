import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { Reasons } from '#components/job/Reasons.tsx'
import { StateBadge } from '#components/job/StateBadge.tsx'
import { NetworkPulse } from '#components/network/NetworkPulse.tsx'
import { NodeStatus } from '#components/network/NodeStatus.tsx'
import { HoldDecision } from '#components/ops/HoldDecision.tsx'
import { Amount } from '#components/ui/Amount.tsx'
import { cn } from '#components/ui/cn.ts'
import { Hash, TransactionLink } from '#components/ui/Hash.tsx'
import { Note, PageHead, Section } from '#components/ui/PageHead.tsx'
import { When } from '#components/ui/When.tsx'
import { SignInGate } from '#components/wallet/SignInGate.tsx'
import { JOB_STATES } from '#lib/protocol/jobState.ts'
import type { NodeView } from '#lib/protocol/views.ts'
import { getFrame } from '#lib/web/frame.ts'
import { getOps } from '#lib/web/queries.ts'
import { getSession } from '#lib/web/session.ts'
import { decideHold } from './actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('ops'))('title'), robots: { index: false } }
}

const PARTS = ['database', 'chain', 'indexer', 'engine', 'nodes'] as const

export default async function Ops() {
  const [t, session] = await Promise.all([getTranslations('ops'), getSession()])
  if (session === null) {
    const { embedded } = await getFrame()
    return (
      <>
        <PageHead title={t('title')} />
        <SignInGate embedded={embedded} what={t('gate')} />
      </>
    )
  }
  const ops = await getOps(session)
  // To anybody who is not an admin the page does not exist.
  if (ops === null) notFound()
  return (
    <>
      <NetworkPulse topics={['nodes', 'jobs', 'chain']} />
      <PageHead title={t('title')} lead={t('version', { version: ops.health.version })}>
        <span
          className={cn(
            'inline-flex items-center gap-2 font-[600]',
            ops.health.ok ? 'text-clear' : 'text-stop',
          )}
        >
          <span
            aria-hidden="true"
            className={cn('size-3 rounded-full', ops.health.ok ? 'bg-clear' : 'bg-stop')}
          />
          {ops.health.ok ? t('allWell') : t('notWell')}
        </span>
      </PageHead>
      <div className="frame space-y-12">
        <dl className="grid border-y border-ink sm:grid-cols-2 lg:grid-cols-5">
          {PARTS.map((part) => (
            <div
              key={part}
              className={cn(
                'min-w-0 border-line py-3 pr-4 max-lg:border-b lg:border-r lg:pl-4 lg:first:pl-0 lg:last:border-r-0',
                !ops.health[part].ok && 'bg-stop-wash max-lg:px-3',
              )}
            >
              <dt className="flex items-center gap-2">
                <span
                  aria-hidden="true"
                  className={cn(
                    'size-2.5 shrink-0',
                    ops.health[part].ok ? 'rounded-full bg-clear' : 'bg-stop',
                  )}
                />
                {t(`part.${part}`)}
                <span className="sr-only">{ops.health[part].ok ? t('well') : t('broken')}</span>
              </dt>
              <dd className="mt-0.5 text-sm text-ink-2 [overflow-wrap:anywhere]">
                {ops.health[part].detail}
              </dd>
            </div>
          ))}
        </dl>

        <Section id="holds" title={t('holdsTitle')} aside={String(ops.holds.length)}>
          {ops.holds.length === 0 ? (
            <p className="py-4 text-ink-2">{t('noHolds')}</p>
          ) : (
            <ul>
              {ops.holds.map((hold) => (
                <li key={hold.jobId} className="border-b border-line py-4">
                  <div className="flex flex-wrap items-baseline gap-x-4">
                    <Link href={`/jobs/${hold.jobId}`} className="link font-[600] [overflow-wrap:anywhere]">
                      {hold.title || hold.jobId}
                    </Link>
                    <Hash value={hold.customer} />
                    <When at={hold.at} className="text-sm text-ink-2" />
                  </div>
                  <Reasons reasons={hold.reasons} />
                  <HoldDecision jobId={hold.jobId} decide={decideHold} />
                </li>
              ))}
            </ul>
          )}
        </Section>

        <div className="grid gap-x-12 gap-y-12 lg:grid-cols-3">
          <Section id="states" title={t('statesTitle')}>
            <ul>
              {JOB_STATES.map((state) => (
                <li
                  key={state}
                  className="flex items-center justify-between border-b border-line py-1.5 text-sm"
                >
                  <StateBadge state={state} />
                  <span className="num">{ops.jobsByState[state] ?? 0}</span>
                </li>
              ))}
            </ul>
          </Section>
          <Section id="queues" title={t('queuesTitle')}>
            <Board
              head={[t('queue'), t('depth'), t('oldest')]}
              empty={t('noQueues')}
              rows={ops.queues.map((queue) => [
                queue.name,
                queue.depth,
                queue.oldestSeconds === null ? '–' : t('seconds', { value: Math.round(queue.oldestSeconds) }),
              ])}
            />
          </Section>
          <Section id="relayer" title={t('relayerTitle')}>
            <dl className="text-sm">
              <div className="flex justify-between gap-3 border-b border-line py-2">
                <dt className="text-ink-3">{t('relayerAddress')}</dt>
                <dd>
                  <Hash value={ops.relayer.address} copy what={t('relayerAddress')} />
                </dd>
              </div>
              <div className="flex justify-between gap-3 border-b border-line py-2">
                <dt className="text-ink-3">{t('relayerBalance')}</dt>
                <dd>
                  <Amount wei={ops.relayer.eth} unit={false} /> ETH
                </dd>
              </div>
              <div className="flex justify-between gap-3 border-b border-line py-2">
                <dt className="text-ink-3">{t('nonce')}</dt>
                <dd className="num">{ops.relayer.nonce}</dd>
              </div>
            </dl>
            {ops.relayer.alert === null ? null : (
              <div className="mt-3">
                <Note tone="stop">{ops.relayer.alert}</Note>
              </div>
            )}
          </Section>
        </div>

        <Section id="intents" title={t('intentsTitle')} aside={String(ops.intents.length)}>
          <Board
            head={[t('intent'), t('status'), t('age'), t('attempts'), t('transaction'), t('error')]}
            empty={t('noIntents')}
            rows={ops.intents.map((intent) => [
              intent.kind,
              intent.status,
              t('seconds', { value: Math.round(intent.ageSeconds) }),
              intent.attempts,
              intent.hash === null ? '–' : <TransactionLink key="hash" hash={intent.hash} />,
              intent.error ?? '–',
            ])}
          />
        </Section>

        <div className="grid gap-x-12 gap-y-12 lg:grid-cols-2">
          <Section id="nodes" title={t('nodesTitle')}>
            <Board
              head={[t('node'), t('status'), t('running'), t('seen')]}
              empty={t('noNodes')}
              rows={ops.nodes.map((node) => [
                <Link key="name" href={`/nodes/${node.node}`} className="link">
                  {node.name}
                </Link>,
                <NodeStatus key="status" status={node.status as NodeView['status']} />,
                node.running,
                node.lastSeenSeconds === null
                  ? '–'
                  : t('secondsAgo', { value: Math.round(node.lastSeenSeconds) }),
              ])}
            />
          </Section>
          <Section id="reorganisations" title={t('reorgTitle')}>
            <Board
              head={[t('when'), t('depthBlocks'), t('undone'), t('notCarried')]}
              empty={t('noReorg')}
              rows={ops.reorganisations.map((item) => [
                <When key="at" at={item.at} />,
                item.depth,
                item.undone,
                item.notCarried.length === 0 ? t('nothingLost') : item.notCarried.join(', '),
              ])}
            />
          </Section>
        </div>

        <Section id="audit" title={t('auditTitle')} aside="UTC">
          <Board
            head={[t('when'), t('actor'), t('action'), t('subject'), t('details')]}
            empty={t('noAudit')}
            rows={ops.audit.map((item) => [
              <When key="at" at={item.at} />,
              item.actor.startsWith('0x') ? <Hash key="actor" value={item.actor} /> : item.actor,
              item.action,
              <code key="subject">{item.subject}</code>,
              <Details key="details" text={item.details} />,
            ])}
          />
        </Section>
      </div>
    </>
  )
}

/** What the log says beside an act: fields of JSON by name, long hashes shortened; anything else as it is. */
function Details({ text }: { text: string }) {
  const parsed = fieldsOf(text)
  if (parsed === null) return <span className="[overflow-wrap:anywhere]">{text}</span>
  return (
    <dl className="space-y-0.5">
      {parsed.map(([name, value]) => (
        <div key={name} className="flex gap-2">
          <dt className="text-ink-3">{name}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">
            {/^0x[0-9a-f]{40,64}$/.test(value) ? <Hash value={value} /> : value}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function fieldsOf(text: string): [string, string][] | null {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
    return Object.entries(value).map(([name, field]) => [
      name,
      typeof field === 'string' ? field : JSON.stringify(field),
    ])
  } catch {
    return null
  }
}

/** A plain table; a region of its own, so that it scrolls on a phone instead of the page. */
function Board({
  head,
  rows,
  empty,
}: {
  head: readonly string[]
  rows: readonly (readonly React.ReactNode[])[]
  empty: string
}) {
  if (rows.length === 0) return <p className="py-4 text-ink-2">{empty}</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="overflow-x-auto" tabIndex={0} aria-label={head.join(', ')}>
      <table className="board">
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows are drawn anew each time
            <tr key={index}>
              {row.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: cells keep their column
                <td key={column} className={typeof cell === 'number' ? 'num' : ''}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
