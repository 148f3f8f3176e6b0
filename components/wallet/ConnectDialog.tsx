'use client'

import { FlaskConical, Wallet as WalletIcon, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Dialog } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import { useWallet } from './useWallet.ts'

/** Asks which wallet; on the embedded chain the built-in test wallet stands first. Signs in as part of connecting. */
export function ConnectDialog({ embedded, children }: { embedded: boolean; children: ReactNode }) {
  const t = useTranslations('wallet')
  const tc = useTranslations('common')
  const wallet = useWallet()
  const [open, setOpen] = useState(false)
  const choose = async (way: () => Promise<boolean>, hides: boolean) => {
    // The dialog of wallets is a dialog of its own; two at once would trap the focus.
    if (hides) setOpen(false)
    if (await way()) setOpen(false)
  }
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger asChild>{children}</Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-[#0e1214]/60" />
        <Dialog.Content className="rise fixed inset-x-0 bottom-0 z-50 border border-ink bg-paper p-6 sm:inset-x-auto sm:top-1/2 sm:bottom-auto sm:left-1/2 sm:w-[28rem] sm:-translate-x-1/2 sm:-translate-y-1/2">
          <div className="flex items-start justify-between gap-4">
            <Dialog.Title className="text-head">{t('connectTitle')}</Dialog.Title>
            <Dialog.Close
              className="touch -mt-1 -mr-2 inline-flex size-9 items-center justify-center"
              aria-label={tc('close')}
            >
              <X className="size-4" aria-hidden />
            </Dialog.Close>
          </div>
          <Dialog.Description className="mt-1 text-ink-2">{t('connectText')}</Dialog.Description>
          <ul className="mt-5 border-t border-ink">
            {embedded ? (
              <Choice
                icon={<FlaskConical className="size-5" aria-hidden />}
                name={t('testWallet')}
                text={t('testWalletText')}
                disabled={wallet.busy}
                onClick={() => choose(wallet.useTestWallet, false)}
              />
            ) : null}
            <Choice
              icon={<WalletIcon className="size-5" aria-hidden />}
              name={t('ownWallet')}
              text={t('ownWalletText')}
              disabled={wallet.busy}
              onClick={() => choose(wallet.useOwnWallet, wallet.address === null || wallet.isTest)}
            />
          </ul>
          <p className="mt-3 min-h-5 text-sm text-ink-2" aria-live="polite">
            {wallet.phase === 'failed' ? t('loadFailed') : wallet.busy ? t('connecting') : ''}
          </p>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Choice({
  icon,
  name,
  text,
  disabled,
  onClick,
}: {
  icon: ReactNode
  name: string
  text: string
  disabled: boolean
  onClick: () => void
}) {
  return (
    <li className="border-b border-line">
      <button
        type="button"
        disabled={disabled}
        onClick={onClick}
        className="grid w-full grid-cols-[2rem_1fr] items-start py-4 text-left hover:bg-well disabled:cursor-wait disabled:opacity-60"
      >
        <span className="mt-0.5">{icon}</span>
        <span>
          <span className="block font-[600]">{name}</span>
          <span className="block text-sm text-ink-2">{text}</span>
        </span>
      </button>
    </li>
  )
}
