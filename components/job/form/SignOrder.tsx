'use client'

import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useRef, useState } from 'react'
import { Amount } from '#components/ui/Amount.tsx'
import { Note } from '#components/ui/PageHead.tsx'
import { FaucetButton } from '#components/wallet/AccountButtons.tsx'
import { ConnectDialog } from '#components/wallet/ConnectDialog.tsx'
import { NoWallet } from '#components/wallet/NoWallet.tsx'
import { TransactionSteps } from '#components/wallet/TransactionSteps.tsx'
import { useTransaction } from '#components/wallet/useTransaction.ts'
import { isRefusal, useWallet } from '#components/wallet/useWallet.ts'
import { loadWallet } from '#components/wallet/walletStore.ts'
import { messageOf } from '#lib/kernel/errors.ts'
import type { NetworkView } from '#lib/protocol/views.ts'
import type { Draft } from './draft.ts'
import { locksFor } from './OrderPreview.tsx'
import { signAndSend } from './submitJob.ts'
import type { Estimate } from './useEstimate.ts'

type Stage =
  | { at: 'noWallet' | 'otherWallet' }
  | { at: 'idle' | 'signing' | 'sending' }
  | { at: 'wrongChain'; has: number | null }
  | { at: 'refused' }
  | { at: 'failed'; reason: string }

export interface SignOrderProps {
  readonly draft: Draft
  readonly estimate: Estimate
  readonly network: NetworkView
  readonly maxPrice: bigint | null
  readonly session: string | null
  readonly freeEscrow: string | null
  readonly problemCount: number
  readonly onIncomplete: () => void
  readonly onSent: (jobId: string) => void
}

/** The last step: sign in if need be, put what is missing into the escrow, sign the order, hand it in. Always says what comes next. */
export function SignOrder({
  draft,
  estimate,
  network,
  maxPrice,
  session,
  freeEscrow,
  problemCount,
  onIncomplete,
  onSent,
}: SignOrderProps) {
  const t = useTranslations('form')
  const tx = useTranslations('tx')
  const router = useRouter()
  const transaction = useTransaction()
  const connected = useWallet()
  const [stage, setStage] = useState<Stage>({ at: 'idle' })
  const [funding, setFunding] = useState(false)
  const [poor, setPoor] = useState(false)
  const working = useRef(false)

  const locks =
    maxPrice === null ? null : locksFor(estimate.job, { maxPrice, members: draft.members }, network)
  const missing = locks === null || freeEscrow === null ? 0n : locks.total - BigInt(freeEscrow)

  const fund = async () => {
    // Four locks' worth, so that the next job does not stop here again; never more than the wallet holds.
    setFunding(true)
    setPoor(false)
    try {
      const wallet = await loadWallet()
      const holder = wallet.address()
      if (holder === null)
        return void (await transaction.run({ contract: 'escrow', functionName: 'deposit', args: [missing] }))
      const held = (await wallet.read({
        contract: 'ogpu',
        functionName: 'balanceOf',
        args: [holder],
      })) as bigint
      if (held < missing) return setPoor(true)
      const wanted = missing * 4n
      const amount = wanted < held ? wanted : held
      const spender = network.addresses.escrow
      const allowance = (await wallet.read({
        contract: 'ogpu',
        functionName: 'allowance',
        args: [holder, spender],
      })) as bigint
      if (
        allowance < amount &&
        !(await transaction.run({ contract: 'ogpu', functionName: 'approve', args: [spender, amount] }))
      )
        return
      if (await transaction.run({ contract: 'escrow', functionName: 'deposit', args: [amount] })) {
        transaction.reset()
        router.refresh()
      }
    } catch (error) {
      setStage({ at: 'failed', reason: messageOf(error).split('\n')[0] ?? '' })
    } finally {
      setFunding(false)
    }
  }

  const sign = async () => {
    if (problemCount > 0 || estimate.job === null || maxPrice === null) return onIncomplete()
    // Two quick clicks are one order.
    if (working.current) return
    working.current = true
    setStage({ at: 'signing' })
    try {
      const wallet = await loadWallet()
      if (wallet.address() === null) return setStage({ at: 'noWallet' })
      if (wallet.address() !== null && wallet.address()?.toLowerCase() !== session)
        return setStage({ at: 'otherWallet' })
      if (wallet.chainId() !== wallet.network.chainId)
        return setStage({ at: 'wrongChain', has: wallet.chainId() })
      const sent = await signAndSend(wallet, estimate.job, { maxPrice, members: draft.members }, () =>
        setStage({ at: 'sending' }),
      )
      onSent(sent.id)
    } catch (error) {
      setStage(isRefusal(error) ? { at: 'refused' } : { at: 'failed', reason: messageOf(error) })
    } finally {
      working.current = false
    }
  }

  const busy = stage.at === 'signing' || stage.at === 'sending'
  return (
    <div className="mt-5">
      {session === null ? (
        <>
          <ConnectDialog embedded={network.embedded}>
            <button type="button" className="button button-signal w-full">
              {t('connectFirst')}
            </button>
          </ConnectDialog>
          <p className="label mt-2">{t('connectHint')}</p>
        </>
      ) : missing > 0n ? (
        <>
          <Note tone="ask" title={t('needMore')}>
            {t.rich('needMoreText', {
              missing: () => <Amount wei={missing} />,
              free: () => <Amount wei={freeEscrow ?? '0'} />,
            })}
          </Note>
          <div className="mt-3 grid gap-2">
            {poor && network.embedded ? <FaucetButton address={session} prominent /> : null}
            <button
              type="button"
              className={`button ${poor && network.embedded ? '' : 'button-signal'}`}
              disabled={funding}
              onClick={fund}
            >
              {funding ? t('funding') : t('fund')}
            </button>
          </div>
          {poor ? (
            <p className="mt-2 text-sm text-stop">{network.embedded ? t('poorEmbedded') : t('poor')}</p>
          ) : null}
          <TransactionSteps transaction={transaction} />
        </>
      ) : (
        <>
          <button
            type="button"
            className="button button-signal w-full"
            disabled={busy || estimate.state === 'asking'}
            onClick={sign}
          >
            {stage.at === 'signing'
              ? t('signing')
              : stage.at === 'sending'
                ? t('sending')
                : estimate.state === 'asking'
                  ? t('preview.asking')
                  : t('sign')}
          </button>
          <p className="label mt-2">{t('signHint')}</p>
        </>
      )}
      <div className="mt-3" role="status" aria-live="polite">
        {stage.at === 'noWallet' ? <NoWallet /> : null}
        {stage.at === 'otherWallet' ? (
          <Note tone="ask" title={t('otherWallet')}>
            <p>{t('otherWalletText')}</p>
            <button
              type="button"
              className="button button-small mt-2"
              disabled={connected.busy}
              onClick={async () => {
                if (await connected.signIn()) setStage({ at: 'idle' })
              }}
            >
              {t('signInAgain')}
            </button>
          </Note>
        ) : null}
        {stage.at === 'refused' ? <Note>{tx('refused')}</Note> : null}
        {stage.at === 'failed' ? (
          <Note tone="stop" title={t('notAccepted')}>
            <p className="whitespace-pre-line">{stage.reason}</p>
          </Note>
        ) : null}
        {stage.at === 'wrongChain' ? (
          <Note tone="ask" title={tx('wrongChain')}>
            <p>{tx('wrongChainText', { has: String(stage.has ?? '?'), needs: String(network.chainId) })}</p>
            <button
              type="button"
              className="button button-small mt-2"
              onClick={async () => {
                if (await transaction.switchChain()) setStage({ at: 'idle' })
              }}
            >
              {tx('switch', { chain: String(network.chainId) })}
            </button>
            <TransactionSteps transaction={transaction} />
          </Note>
        ) : null}
      </div>
    </div>
  )
}
