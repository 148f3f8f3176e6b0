import type { Metadata } from 'next'
import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { Lanes } from '#components/network/Lanes.tsx'
import { NetworkPulse } from '#components/network/NetworkPulse.tsx'
import { DeviceName, LoadScale, NodeStatus } from '#components/network/NodeStatus.tsx'
import { Amount } from '#components/ui/Amount.tsx'
import { CommandLine } from '#components/ui/CommandLine.tsx'
import { Empty, PageHead, Section } from '#components/ui/PageHead.tsx'
import { getNetworkView, listNodes } from '#lib/web/queries.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('nodes'))('title') }
}

export default async function Nodes() {
  const [t, nodes, network] = await Promise.all([getTranslations('nodes'), listNodes(), getNetworkView()])
  return (
    <>
      <NetworkPulse topics={['nodes', 'jobs']} />
      <PageHead title={t('title')} lead={t('lead')}>
        <a href="#join" className="button">
          {t('joinShort')}
        </a>
      </PageHead>
      <div className="frame space-y-14">
        {nodes.length === 0 ? (
          <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty>
        ) : (
          <>
            <section aria-label={t('title')}>
              <table className="board border-t border-ink max-md:hidden">
                <thead>
                  <tr>
                    <th scope="col">{t('col.name')}</th>
                    <th scope="col">{t('col.status')}</th>
                    <th scope="col">{t('col.device')}</th>
                    <th scope="col" className="max-lg:hidden">
                      {t('col.runtimes')}
                    </th>
                    <th scope="col" className="max-lg:hidden">
                      {t('col.load')}
                    </th>
                    <th scope="col" className="right">
                      {t('col.runs')}
                    </th>
                    <th scope="col" className="right max-lg:hidden">
                      {t('col.checks')}
                    </th>
                    <th scope="col" className="right">
                      {t('col.ask')}
                    </th>
                    <th scope="col" className="right">
                      {t('col.earned')}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {nodes.map((node) => (
                    <tr key={node.node} className="relative">
                      <td>
                        <Link
                          href={`/nodes/${node.node}`}
                          prefetch={false}
                          className="font-[560] after:absolute after:inset-0 hover:underline"
                        >
                          {node.name}
                        </Link>
                      </td>
                      <td>
                        <NodeStatus status={node.status} />
                      </td>
                      <td className="max-w-64">
                        <DeviceName devices={node.devices} />
                      </td>
                      <td className="max-lg:hidden">
                        <code>{node.runtimes.map((runtime) => runtime.name).join(' ') || '–'}</code>
                      </td>
                      <td className="max-lg:hidden">
                        <LoadScale load={node.load} />
                      </td>
                      <td className="right">
                        <span className="num">{node.runs.done}</span>
                        {node.runs.wrong > 0 ? (
                          <span className="ml-1 text-sm text-stop">
                            {t('wrongCount', { count: node.runs.wrong })}
                          </span>
                        ) : null}
                      </td>
                      <td className="right max-lg:hidden">
                        <span className="num">{node.runs.checks}</span>
                      </td>
                      <td className="right">
                        <Amount wei={node.ask} digits={6} unit={false} />
                      </td>
                      <td className="right">
                        <Amount wei={node.earned} digits={2} unit={false} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              <ul className="border-t border-ink md:hidden">
                {nodes.map((node) => (
                  <li key={node.node} className="border-b border-line">
                    <Link href={`/nodes/${node.node}`} prefetch={false} className="grid gap-1 py-3">
                      <span className="flex justify-between gap-3">
                        <span className="font-[560]">{node.name}</span>
                        <NodeStatus status={node.status} />
                      </span>
                      <span className="text-sm">
                        <DeviceName devices={node.devices} />
                      </span>
                      <span className="flex justify-between gap-3 text-sm text-ink-2">
                        <span>{t('runsAndChecks', { runs: node.runs.done, checks: node.runs.checks })}</span>
                        <Amount wei={node.earned} digits={2} />
                      </span>
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
            <Section id="work" title={t('workTitle')}>
              <div className="pt-5">
                <Lanes nodes={nodes} />
              </div>
            </Section>
          </>
        )}
        <Section id="runtimes" title={t('runtimesTitle')}>
          {network.runtimesLive.length === 0 ? (
            <p className="py-4 text-ink-2">{t('runtimesNone')}</p>
          ) : (
            <ul>
              {network.runtimesLive.map((runtime) => (
                <li
                  key={`${runtime.name}-${runtime.version}`}
                  className="flex items-baseline justify-between gap-4 border-b border-line py-2"
                >
                  <span>
                    <code>{runtime.name}</code> <span className="text-ink-2">{runtime.version}</span>
                  </span>
                  <span className="text-ink-2">{t('onNodes', { count: runtime.nodes })}</span>
                </li>
              ))}
            </ul>
          )}
        </Section>
        <section
          id="join"
          aria-labelledby="join-title"
          className="grid scroll-mt-20 gap-x-12 gap-y-6 border-t border-ink pt-6 lg:grid-cols-[1fr_1.6fr]"
        >
          <div>
            <h2 id="join-title" className="text-head">
              {t('joinTitle')}
            </h2>
            <p className="mt-2 text-ink-2">{t('joinText')}</p>
          </div>
          <ol className="space-y-5">
            {(['get', 'check', 'start'] as const).map((step, index) => (
              <li key={step} className="grid grid-cols-[2rem_1fr]">
                <span className="num pt-0.5 text-ink-3">{index + 1}</span>
                <div className="min-w-0">
                  <p>{t(`join.${step}`)}</p>
                  <CommandLine command={JOIN_COMMANDS[step]} />
                </div>
              </li>
            ))}
          </ol>
        </section>
      </div>
    </>
  )
}

const JOIN_COMMANDS = { get: 'npm ci', check: 'npx opengpu doctor', start: 'npx opengpu node start' } as const
