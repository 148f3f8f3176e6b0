import { ArrowRight } from 'lucide-react'
import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { OutcomeTable } from '#components/job/OutcomeTable.tsx'
import { RUNTIME_NAME } from '#components/job/runtimeName.ts'
import { JOB_TEMPLATES } from '#components/job/templates.ts'
import { Figures } from '#components/network/Figures.tsx'
import { Lanes } from '#components/network/Lanes.tsx'
import { LifeLine } from '#components/network/LifeLine.tsx'
import { NetworkPulse } from '#components/network/NetworkPulse.tsx'
import { getNetworkView, listNodes } from '#lib/web/queries.ts'

/** Where people arrive: what it is, what the network does now, how a job travels, and four programs to start from. */
export default async function Home() {
  const [t, template, network, nodes] = await Promise.all([
    getTranslations('home'),
    getTranslations('template'),
    getNetworkView(),
    listNodes(),
  ])
  const live = new Set(network.runtimesLive.map((runtime) => runtime.name))
  const modules = new Set(network.modulesLive)
  return (
    <>
      <NetworkPulse topics={['nodes', 'jobs']} />
      <div className="frame grid gap-x-10 gap-y-8 pt-12 pb-14 md:pt-20 lg:grid-cols-12 lg:pb-20">
        <h1 className="text-display font-[640] tracking-[-0.035em] [font-stretch:112%] lg:col-span-8">
          {t('headline')}
        </h1>
        <div className="flex flex-col justify-end lg:col-span-4">
          <p className="text-[1.0625rem] text-ink-2">{t('lead')}</p>
          <div className="mt-6 flex flex-wrap gap-3">
            <Link href="/jobs/new" className="button button-signal px-5">
              {t('start')} <ArrowRight className="size-4" aria-hidden />
            </Link>
            <Link href="/nodes#join" className="button px-5">
              {t('lend')}
            </Link>
          </div>
        </div>
      </div>

      <section aria-labelledby="lanes" className="border-y border-ink">
        <div className="frame grid gap-x-10 gap-y-6 py-8 lg:grid-cols-12">
          <div className="lg:col-span-3">
            <h2 id="lanes" className="text-head">
              {t('lanesTitle')}
            </h2>
            <p className="mt-2 text-sm text-ink-2">{t('lanesText')}</p>
          </div>
          <div className="min-w-0 lg:col-span-9">
            <Lanes nodes={nodes} />
          </div>
        </div>
        <Figures network={network} />
      </section>

      <section aria-labelledby="how" className="frame pt-20">
        <div className="mb-10 max-w-2xl">
          <h2 id="how" className="text-title">
            {t('howTitle')}
          </h2>
          <p className="mt-3 text-ink-2">{t('howText')}</p>
        </div>
        <LifeLine />
      </section>

      <section aria-labelledby="templates" className="frame pt-24">
        <h2 id="templates" className="text-title">
          {t('templatesTitle')}
        </h2>
        <p className="mt-3 text-ink-2">{t('templatesText')}</p>
        <ul className="mt-8 border-t border-ink">
          {JOB_TEMPLATES.map((item) => {
            const missing = !live.has(item.runtime)
              ? RUNTIME_NAME[item.runtime]
              : item.module !== null && !modules.has(item.module)
                ? item.module
                : null
            return (
              <li key={item.id} className="border-b border-line">
                <Link
                  href={`/jobs/new?template=${item.id}`}
                  className="group grid items-baseline gap-x-6 gap-y-1 py-5 hover:bg-well sm:grid-cols-[minmax(0,16rem)_6rem_minmax(0,1fr)_auto] sm:px-3"
                >
                  <span className="text-head font-[580]">{template(`${item.id}.name`)}</span>
                  <code className="text-ink-2">{item.runtime}</code>
                  <span className="text-ink-2">
                    {template(`${item.id}.text`)}
                    {missing ? (
                      <span className="block text-sm text-ask">
                        {t('needsRuntime', { runtime: missing })}
                      </span>
                    ) : null}
                  </span>
                  <span className="inline-flex items-center gap-2 text-sm">
                    {t('openTemplate')}
                    <ArrowRight
                      className="size-4 transition-transform group-hover:translate-x-1"
                      aria-hidden
                    />
                  </span>
                </Link>
              </li>
            )
          })}
        </ul>
      </section>

      <section aria-labelledby="outcomes" className="frame pt-24">
        <div className="mb-6 max-w-2xl">
          <h2 id="outcomes" className="text-title">
            {t('outcomesTitle')}
          </h2>
          <p className="mt-3 text-ink-2">{t('outcomesText')}</p>
        </div>
        <OutcomeTable />
      </section>
    </>
  )
}
