import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { EarningsChart } from '#components/network/EarningsChart.tsx'
import { NetworkPulse } from '#components/network/NetworkPulse.tsx'
import { DeviceName, LoadScale, NodeStatus } from '#components/network/NodeStatus.tsx'
import { Amount } from '#components/ui/Amount.tsx'
import { formatBytes } from '#components/ui/bytes.ts'
import { Hash } from '#components/ui/Hash.tsx'
import { Note, PageHead, Section } from '#components/ui/PageHead.tsx'
import { When } from '#components/ui/When.tsx'
import { getNode } from '#lib/web/queries.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('nodes'))('one') }
}

export default async function Node({ params }: { params: Promise<{ address: string }> }) {
  const [{ address }, t] = await Promise.all([params, getTranslations('nodes')])
  const node = await getNode(address)
  if (node === null) notFound()
  return (
    <>
      <NetworkPulse topics={['nodes', 'jobs']} />
      <PageHead title={node.name || t('one')} lead={<Hash value={node.node} copy what={t('address')} />}>
        <NodeStatus status={node.status} />
      </PageHead>
      <div className="frame">
        {node.sandbox?.kind === 'none' ? (
          <div className="mb-6">
            <Note tone="ask" title={t('noSandbox')}>
              <p>{node.sandbox.reason}</p>
              <code>{node.sandbox.fix}</code>
            </Note>
          </div>
        ) : null}
        <dl className="grid grid-cols-2 border-y border-ink md:grid-cols-5">
          {[
            { what: t('fact.done'), value: <span className="num">{node.runs.done}</span> },
            { what: t('fact.correct'), value: <span className="num">{node.runs.correct}</span> },
            {
              what: t('fact.wrong'),
              value: (
                <span className={`num ${node.runs.wrong > 0 ? 'text-stop' : ''}`}>{node.runs.wrong}</span>
              ),
            },
            { what: t('fact.checks'), value: <span className="num">{node.runs.checks}</span> },
            { what: t('fact.earned'), value: <Amount wei={node.earned} digits={2} unit={false} /> },
          ].map((fact) => (
            <div
              key={fact.what}
              className="flex flex-col py-4 pr-4 max-md:border-b max-md:border-line md:border-r md:border-line md:pl-5 md:first:pl-0 md:last:border-r-0"
            >
              <dt className="label order-2">{fact.what}</dt>
              <dd className="text-[1.5rem] leading-tight [&_.num]:text-[1em]">{fact.value}</dd>
            </div>
          ))}
        </dl>
        <div className="mt-10 grid gap-x-12 gap-y-12 lg:grid-cols-2">
          <Section id="machine" title={t('machineTitle')}>
            <dl className="text-sm">
              {node.devices.map((device) => (
                <Fact key={`${device.kind}-${device.name}`} name={t('fact.device')}>
                  <DeviceName devices={[device]} />
                  <span className="ml-2 text-ink-3">{formatBytes(device.memoryBytes)}</span>
                </Fact>
              ))}
              {node.runtimes.map((runtime) => (
                <Fact key={runtime.name} name={t('fact.runtime')}>
                  <code>{runtime.name}</code> {runtime.version}
                  {runtime.moduleCount > 0 ? (
                    <span className="ml-2 text-ink-3">
                      {t('moduleCount', { count: runtime.moduleCount })}
                    </span>
                  ) : null}
                </Fact>
              ))}
              <Fact name={t('fact.sandbox')}>
                {node.sandbox === null
                  ? t('noWord')
                  : node.sandbox.kind === 'none'
                    ? t('sandboxNone')
                    : `${node.sandbox.kind} ${node.sandbox.version}`}
              </Fact>
              <Fact name={t('fact.load')}>
                <LoadScale load={node.load} />{' '}
                <span className="ml-2 text-ink-2">{t('runningNow', { count: node.running })}</span>
              </Fact>
              <Fact name={t('fact.seen')}>
                {node.lastSeenAt === null ? '–' : <When at={node.lastSeenAt} />}
              </Fact>
            </dl>
          </Section>
          <Section id="terms" title={t('termsTitle')}>
            <dl className="text-sm">
              <Fact name={t('fact.owner')}>
                <Hash value={node.owner} copy what={t('fact.owner')} />
              </Fact>
              <Fact name={t('fact.class')}>
                <span className="num">{node.gpuClass}</span>
              </Fact>
              <Fact name={t('fact.ask')}>
                <Amount wei={node.ask} digits={8} /> {t('perSecond')}
              </Fact>
              <Fact name={t('fact.bond')}>
                <Amount wei={node.bond} />
              </Fact>
              <Fact name={t('fact.lockedBond')}>
                <Amount wei={node.lockedBond} />
              </Fact>
              <Fact name={t('fact.since')}>
                <When at={node.registeredAt} />
              </Fact>
            </dl>
          </Section>
          <Section id="earnings" title={t('earningsTitle')} aside="oGPU">
            <EarningsChart days={node.earningsByDay} />
          </Section>
          <Section id="recent" title={t('recentTitle')}>
            {node.recent.length === 0 ? (
              <p className="py-4 text-ink-2">{t('recentNone')}</p>
            ) : (
              <ul>
                {node.recent.slice(0, 20).map((item) => (
                  <li
                    key={`${item.jobId}-${item.role}`}
                    className="grid grid-cols-[1.5rem_1fr_auto] items-center gap-2 border-b border-line py-2 text-sm"
                  >
                    <svg width="14" height="14" aria-hidden="true">
                      <circle
                        cx="7"
                        cy="7"
                        r={item.role === 'run' ? 6 : 4.5}
                        fill={item.role === 'run' ? 'var(--ink)' : 'none'}
                        stroke="var(--ink)"
                        strokeWidth={item.role === 'run' ? 0 : 1.75}
                      />
                    </svg>
                    <span>
                      {item.role === 'run' ? t('role.run') : t('role.check')}{' '}
                      <When at={item.at} className="ml-2 text-ink-2" />
                    </span>
                    {item.earned === null ? (
                      <span className="text-ink-3">–</span>
                    ) : (
                      <Amount wei={item.earned} />
                    )}
                  </li>
                ))}
              </ul>
            )}
          </Section>
        </div>
      </div>
    </>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="grid grid-cols-[9rem_1fr] gap-3 border-b border-line py-2">
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  )
}
