'use client'

import { useTranslations } from 'next-intl'
import { cn } from '#components/ui/cn.ts'
import { TransactionLink } from '#components/ui/Hash.tsx'
import { Note } from '#components/ui/PageHead.tsx'
import { NoWallet } from './NoWallet.tsx'
import type { Transaction } from './useTransaction.ts'

const STEPS = ['sign', 'sent', 'mined'] as const

/** The steps of a transaction as a short line, and what to do when it stopped on the way. */
export function TransactionSteps({ transaction }: { transaction: Transaction }) {
  const t = useTranslations('tx')
  const { state } = transaction
  if (state.phase === 'idle') return null
  const at =
    state.phase === 'preparing' || state.phase === 'signing'
      ? 0
      : state.phase === 'sent'
        ? 1
        : state.phase === 'mined'
          ? 2
          : -1
  return (
    <div className="mt-4" role="status" aria-live="polite">
      {at >= 0 ? (
        <ol className="flex items-center gap-2 text-sm">
          {STEPS.map((step, index) => (
            <li
              key={step}
              className="flex items-center gap-2"
              aria-current={index === at ? 'step' : undefined}
            >
              {index > 0 ? (
                <span aria-hidden="true" className={cn('h-px w-6', index <= at ? 'bg-ink' : 'bg-line-2')} />
              ) : null}
              <span
                aria-hidden="true"
                className={cn(
                  'size-3 rounded-full border-2',
                  index < at || state.phase === 'mined'
                    ? 'border-clear bg-clear'
                    : index === at
                      ? 'needle border-signal bg-signal'
                      : 'border-line-2',
                )}
              />
              <span className={index === at ? 'font-[560]' : 'text-ink-2'}>{t(step)}</span>
            </li>
          ))}
          {'hash' in state && state.hash ? (
            <li>
              <TransactionLink hash={state.hash} />
            </li>
          ) : null}
        </ol>
      ) : null}
      {(state.phase === 'sent' || state.phase === 'mined') && state.replaced ? (
        <p className="mt-1 text-sm text-ink-2">{t('spedUp')}</p>
      ) : null}
      {state.phase === 'noWallet' ? <NoWallet /> : null}
      {state.phase === 'refused' ? <Note>{t('refused')}</Note> : null}
      {state.phase === 'wrongChain' ? (
        <Note tone="ask" title={t('wrongChain')}>
          <p>{t('wrongChainText', { has: String(state.has ?? '?'), needs: String(state.needs) })}</p>
          <button type="button" className="button button-small mt-2" onClick={transaction.switchChain}>
            {t('switch', { chain: String(state.needs) })}
          </button>
        </Note>
      ) : null}
      {state.phase === 'cancelled' ? (
        <Note title={t('cancelled')}>
          <TransactionLink hash={state.hash} />
        </Note>
      ) : null}
      {state.phase === 'reverted' ? (
        <Note tone="stop" title={state.hash === null ? t('wouldRevert') : t('reverted')}>
          <p>{state.reason}</p>
          {state.hash === null ? null : <TransactionLink hash={state.hash} />}
        </Note>
      ) : null}
      {state.phase === 'failed' ? (
        <Note tone="stop" title={t('failed')}>
          <p>{state.reason === 'replaced' ? t('replacedByOther') : state.reason}</p>
          {state.hash ? <TransactionLink hash={state.hash} /> : null}
        </Note>
      ) : null}
    </div>
  )
}
