import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { NetworkPulse } from '#components/network/NetworkPulse.tsx'
import { Amount } from '#components/ui/Amount.tsx'
import { Hash, TransactionLink } from '#components/ui/Hash.tsx'
import { PageHead, Section } from '#components/ui/PageHead.tsx'
import { When } from '#components/ui/When.tsx'
import { FaucetButton, SignOutButton } from '#components/wallet/AccountButtons.tsx'
import { ApiKeys } from '#components/wallet/ApiKeys.tsx'
import { EscrowForm } from '#components/wallet/EscrowForm.tsx'
import { SignInGate } from '#components/wallet/SignInGate.tsx'
import { getFrame } from '#lib/web/frame.ts'
import { getAccount } from '#lib/web/queries.ts'
import { getSession } from '#lib/web/session.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('title') }
}

export default async function Account() {
  const [t, session, { embedded }] = await Promise.all([getTranslations('account'), getSession(), getFrame()])
  if (session === null) {
    return (
      <>
        <PageHead title={t('title')} />
        <SignInGate embedded={embedded} what={t('gate')} />
      </>
    )
  }
  const account = await getAccount(session)
  const poor = BigInt(account.wallet) === 0n && BigInt(account.escrow) === 0n
  return (
    <>
      <NetworkPulse topics={['chain', 'jobs']} />
      <PageHead title={t('title')} lead={<Hash value={account.address} copy what={t('address')} />}>
        {embedded ? <FaucetButton address={account.address} prominent={poor} /> : null}
        <SignOutButton />
      </PageHead>
      <div className="frame">
        <dl className="grid grid-cols-2 border-y border-ink lg:grid-cols-4">
          <Balance name={t('wallet')} hint={t('walletHint')} wei={account.wallet} unit="oGPU" />
          <Balance name={t('escrow')} hint={t('escrowHint')} wei={account.escrow} unit="oGPU" />
          <Balance name={t('locked')} hint={t('lockedHint')} wei={account.locked} unit="oGPU" />
          <Balance name={t('gas')} hint={t('gasHint')} wei={account.eth} unit="ETH" />
        </dl>
        <div className="mt-10 grid gap-x-12 gap-y-12 lg:grid-cols-2">
          <div className="min-w-0 space-y-12">
            <Section id="move" title={t('moveTitle')}>
              <EscrowForm address={account.address} wallet={account.wallet} escrow={account.escrow} />
            </Section>
            <Section id="keys" title={t('keysTitle')}>
              <ApiKeys keys={account.apiKeys} />
            </Section>
          </div>
          <Section id="movements" title={t('movementsTitle')} aside="UTC">
            {account.movements.length === 0 ? (
              <p className="py-4 text-ink-2">{t('noMovements')}</p>
            ) : (
              <ul>
                {account.movements.map((movement, index) => (
                  <li
                    // biome-ignore lint/suspicious/noArrayIndexKey: two movements of one kind may share a transaction
                    key={index}
                    className="grid grid-cols-[1fr_auto] items-baseline gap-x-4 border-b border-line py-2.5"
                  >
                    <span>
                      {t.has(`movement.${nameOf(movement.kind)}` as 'movement.deposited')
                        ? t(`movement.${nameOf(movement.kind)}` as 'movement.deposited')
                        : movement.kind}
                    </span>
                    <Amount wei={movement.wei} digits={6} />
                    <span className="text-sm text-ink-2">
                      <When at={movement.at} />
                    </span>
                    <span className="text-right text-sm">
                      <TransactionLink hash={movement.transaction} />
                    </span>
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

/** The name of a movement's kind in the messages: events of the contract are written with a capital. */
function nameOf(kind: string): string {
  return kind.charAt(0).toLowerCase() + kind.slice(1)
}

function Balance({ name, hint, wei, unit }: { name: string; hint: string; wei: string; unit: string }) {
  return (
    <div className="flex flex-col py-4 pr-4 lg:border-r lg:border-line lg:pl-5 lg:first:pl-0 lg:last:border-r-0 max-lg:odd:border-r max-lg:even:pl-4 max-lg:[&:nth-child(-n+2)]:border-b border-line">
      <dt className="order-2 text-sm">
        {name} <span className="text-ink-3">{unit}</span>
      </dt>
      <dd className="order-1 text-[1.5rem] leading-tight [&_.num]:text-[1em]">
        <Amount wei={wei} digits={3} unit={false} />
      </dd>
      <dd className="label order-3">{hint}</dd>
    </div>
  )
}
