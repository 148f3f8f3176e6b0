'use client'

import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useId, useState } from 'react'
import { cn } from '#components/ui/cn.ts'
import { formatOgpu, parseOgpu } from '#lib/kernel/money.ts'
import { TransactionSteps } from './TransactionSteps.tsx'
import { useTransaction } from './useTransaction.ts'
import { loadWallet } from './walletStore.ts'

/** Moves oGPU between the wallet and the escrow: a deposit (with its allowance when one is missing), or a withdrawal. */
export function EscrowForm({ address, wallet, escrow }: { address: string; wallet: string; escrow: string }) {
  const t = useTranslations('account')
  const router = useRouter()
  const id = useId()
  const [direction, setDirection] = useState<'deposit' | 'withdraw'>('deposit')
  const [text, setText] = useState('')
  const [to, setTo] = useState('')
  const [step, setStep] = useState<'allow' | 'move' | null>(null)
  const transaction = useTransaction()

  const amount = parseOgpu(text)
  const available = BigInt(direction === 'deposit' ? wallet : escrow)
  const problem =
    text === ''
      ? null
      : amount === null || amount === 0n
        ? t('amountInvalid')
        : amount > available
          ? t('amountAbove', { available: formatOgpu(available) })
          : null
  const recipient = to.trim() === '' ? address : to.trim()
  const recipientProblem =
    direction === 'withdraw' && !/^0x[0-9a-fA-F]{40}$/.test(recipient) ? t('recipientInvalid') : null
  const ready =
    amount !== null && amount > 0n && problem === null && recipientProblem === null && !transaction.busy

  const submit = async () => {
    if (!ready || amount === null) return
    if (direction === 'deposit') {
      const actions = await loadWallet()
      const spender = actions.network.addresses.escrow
      const allowance =
        actions.address() === null
          ? amount
          : ((await actions.read({
              contract: 'ogpu',
              functionName: 'allowance',
              args: [actions.address(), spender],
            })) as bigint)
      if (allowance < amount) {
        setStep('allow')
        if (!(await transaction.run({ contract: 'ogpu', functionName: 'approve', args: [spender, amount] })))
          return
      }
      setStep('move')
      if (!(await transaction.run({ contract: 'escrow', functionName: 'deposit', args: [amount] }))) return
    } else {
      setStep('move')
      if (
        !(await transaction.run({ contract: 'escrow', functionName: 'withdraw', args: [amount, recipient] }))
      )
        return
    }
    setText('')
    router.refresh()
  }

  return (
    <form
      className="pt-4"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <fieldset className="mb-4 inline-flex border border-ink">
        <legend className="sr-only">{t('direction')}</legend>
        {(['deposit', 'withdraw'] as const).map((item) => (
          <button
            key={item}
            type="button"
            aria-pressed={direction === item}
            disabled={transaction.busy}
            onClick={() => {
              setDirection(item)
              setStep(null)
              transaction.reset()
            }}
            className={cn('touch min-h-9 justify-center px-4', direction === item && 'bg-ink text-paper')}
          >
            {t(item)}
          </button>
        ))}
      </fieldset>
      <div className="grid gap-3 sm:grid-cols-[1fr_auto]">
        <div>
          <label htmlFor={`${id}-amount`} className="label">
            {t('amount')}
          </label>
          <div className="relative">
            <input
              id={`${id}-amount`}
              className="field num pr-16"
              inputMode="decimal"
              autoComplete="off"
              placeholder="0.0"
              value={text}
              onChange={(event) => setText(event.target.value)}
              aria-invalid={problem !== null}
              aria-describedby={`${id}-hint`}
            />
            <button
              type="button"
              className="touch absolute inset-y-0 right-0 px-3 text-sm text-ink-2 hover:text-ink"
              onClick={() => setText(formatOgpu(available, 18))}
            >
              {t('all')}
            </button>
          </div>
        </div>
        <button type="submit" className="button button-ink self-end" disabled={!ready}>
          {transaction.busy ? t('moving') : t(`${direction}Do`)}
        </button>
      </div>
      {direction === 'withdraw' ? (
        <div className="mt-3">
          <label htmlFor={`${id}-to`} className="label">
            {t('recipient')}
          </label>
          <input
            id={`${id}-to`}
            className="field num"
            autoComplete="off"
            spellCheck={false}
            placeholder={address}
            value={to}
            onChange={(event) => setTo(event.target.value)}
            aria-invalid={recipientProblem !== null}
          />
        </div>
      ) : null}
      <p
        id={`${id}-hint`}
        className={cn('mt-1.5 min-h-5 text-sm', (problem ?? recipientProblem) ? 'text-stop' : 'text-ink-2')}
        aria-live="polite"
      >
        {problem ?? recipientProblem ?? (direction === 'deposit' ? t('depositHint') : t('withdrawHint'))}
      </p>
      {step === 'allow' && transaction.state.phase !== 'idle' ? (
        <p className="mt-2 text-sm text-ink-2">{t('allowStep')}</p>
      ) : null}
      <TransactionSteps transaction={transaction} />
    </form>
  )
}
