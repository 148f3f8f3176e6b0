'use client'

import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { toast } from 'sonner'
import { messageOf } from '#lib/kernel/errors.ts'
import { useWallet } from './useWallet.ts'

export function SignOutButton() {
  const t = useTranslations('wallet')
  const wallet = useWallet()
  return (
    <button type="button" className="button button-quiet" onClick={wallet.leave}>
      {t('signOut')}
    </button>
  )
}

/** Asks the embedded network's faucet for test money; not drawn on any other chain. */
export function FaucetButton({ address, prominent = false }: { address: string; prominent?: boolean }) {
  const t = useTranslations('wallet')
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const ask = async () => {
    setBusy(true)
    try {
      const response = await fetch('/api/v1/faucet', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ address }),
      })
      if (!response.ok)
        throw new Error(
          ((await response.json().catch(() => ({}))) as { detail?: string }).detail ??
            String(response.status),
        )
      toast.success(t('faucetDone'))
      router.refresh()
    } catch (error) {
      toast.error(t('faucetFailed', { reason: messageOf(error) }))
    } finally {
      setBusy(false)
    }
  }
  return (
    <button
      type="button"
      className={`button ${prominent ? 'button-signal' : ''}`}
      disabled={busy}
      onClick={ask}
    >
      {busy ? t('faucetBusy') : t('faucet')}
    </button>
  )
}
