'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { AlertDialog } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import { toast } from 'sonner'
import { isRefusal } from '#components/wallet/useWallet.ts'
import { loadWallet } from '#components/wallet/walletStore.ts'
import { messageOf } from '#lib/kernel/errors.ts'
import { MESSAGE_TYPES, marketDomain } from '#lib/protocol/messages.ts'
import type { JobView } from '#lib/protocol/views.ts'
import { jobAddress } from './addresses.ts'

async function problemText(response: Response): Promise<string> {
  const body = (await response.json().catch(() => null)) as { detail?: string; title?: string } | null
  return body?.detail ?? body?.title ?? String(response.status)
}

/** What the customer can do with the job now: cancel it by a signed message, run it again, delete its data. */
export function JobActions({ job }: { job: Pick<JobView, 'id' | 'orderId' | 'may' | 'spec'> }) {
  const t = useTranslations('job')
  const tw = useTranslations('tx')
  const router = useRouter()

  const act = async (work: () => Promise<string>) => {
    try {
      toast.success(await work())
      router.refresh()
      return true
    } catch (error) {
      toast.error(
        isRefusal(error)
          ? tw('refused')
          : t('actionFailed', { reason: messageOf(error).split('\n')[0] ?? '' }),
      )
      return false
    }
  }

  const cancel = async () => {
    const connected = await loadWallet().catch(() => null)
    if (connected !== null && connected.address() === null) {
      // Two dialogs at once would trap the focus: this one closes, the one of the wallets opens.
      toast.info(tw('noWallet'))
      setTimeout(() => void connected.openConnect())
      return true
    }
    return act(async () => {
      const wallet = await loadWallet()
      if (wallet.chainId() !== wallet.network.chainId) await wallet.switchChain()
      if (wallet.chainId() !== wallet.network.chainId)
        throw new Error(
          tw('wrongChainText', { has: String(wallet.chainId()), needs: String(wallet.network.chainId) }),
        )
      let body = {}
      if (job.orderId !== null) {
        const signature = await wallet.signTyped({
          domain: marketDomain(wallet.network.chainId, wallet.network.addresses.taskMarket as `0x${string}`),
          types: { Cancel: MESSAGE_TYPES.Cancel },
          primaryType: 'Cancel',
          message: { order: job.orderId },
        })
        body = { signature }
      }
      const response = await fetch(`${jobAddress.one(job.id)}/cancel`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (!response.ok) throw new Error(await problemText(response))
      return t('cancelSent')
    })
  }

  const deleteData = () =>
    act(async () => {
      const response = await fetch(`${jobAddress.one(job.id)}/data`, { method: 'DELETE' })
      if (!response.ok) throw new Error(await problemText(response))
      return t('deleted')
    })

  return (
    <>
      {job.spec === null ? null : (
        <Link href={`/jobs/new?from=${job.id}`} className="button button-quiet button-small">
          {t('again')}
        </Link>
      )}
      {job.may.deleteData ? (
        <Confirm title={t('deleteTitle')} text={t('deleteText')} yes={t('deleteDo')} onYes={deleteData}>
          <button type="button" className="button button-quiet button-small">
            {t('deleteData')}
          </button>
        </Confirm>
      ) : null}
      {job.may.cancel ? (
        <Confirm
          title={t('cancelTitle')}
          text={t('cancelText')}
          yes={t('cancelDo')}
          no={t('cancelKeep')}
          onYes={cancel}
        >
          <button type="button" className="button button-stop button-small">
            {t('cancel')}
          </button>
        </Confirm>
      ) : null}
    </>
  )
}

function Confirm({
  title,
  text,
  yes,
  no,
  onYes,
  children,
}: {
  title: string
  text: string
  yes: string
  no?: string
  onYes: () => Promise<boolean>
  children: ReactNode
}) {
  const t = useTranslations('common')
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  return (
    <AlertDialog.Root open={open} onOpenChange={setOpen}>
      <AlertDialog.Trigger asChild>{children}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-50 bg-[#0e1214]/60" />
        <AlertDialog.Content className="rise fixed inset-x-0 bottom-0 z-50 border border-ink bg-paper p-6 sm:inset-x-auto sm:top-1/2 sm:bottom-auto sm:left-1/2 sm:w-[28rem] sm:-translate-x-1/2 sm:-translate-y-1/2">
          <AlertDialog.Title className="text-head">{title}</AlertDialog.Title>
          <AlertDialog.Description className="mt-2 text-ink-2">{text}</AlertDialog.Description>
          <div className="mt-6 flex flex-wrap justify-end gap-2">
            <AlertDialog.Cancel className="button button-quiet">{no ?? t('cancel')}</AlertDialog.Cancel>
            <button
              type="button"
              disabled={busy}
              className="button button-stop"
              onClick={async () => {
                setBusy(true)
                const done = await onYes()
                setBusy(false)
                if (done) setOpen(false)
              }}
            >
              {yes}
            </button>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
