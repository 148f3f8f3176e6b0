'use client'

import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useId, useState } from 'react'
import { toast } from 'sonner'
import { CopyButton } from '#components/ui/CopyButton.tsx'
import { Note } from '#components/ui/PageHead.tsx'
import { When } from '#components/ui/When.tsx'
import { messageOf } from '#lib/kernel/errors.ts'
import type { AccountView } from '#lib/protocol/views.ts'

async function answer<T>(response: Response): Promise<T> {
  const body = (await response.json().catch(() => ({}))) as T & { detail?: string }
  if (!response.ok) throw new Error(body.detail ?? String(response.status))
  return body
}

/** Keys for programs: made with scopes and an end, shown once, revoked by a click. */
export function ApiKeys({ keys }: { keys: AccountView['apiKeys'] }) {
  const t = useTranslations('account')
  const router = useRouter()
  const id = useId()
  const [name, setName] = useState('')
  const [cancel, setCancel] = useState(false)
  const [days, setDays] = useState('90')
  const [secret, setSecret] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const act = async (work: () => Promise<void>) => {
    setBusy(true)
    try {
      await work()
      router.refresh()
    } catch (error) {
      toast.error(t('keyFailed', { reason: messageOf(error) }))
    } finally {
      setBusy(false)
    }
  }
  const create = () =>
    act(async () => {
      const made = await answer<{ token: string }>(
        await fetch('/api/v1/keys', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            name: name.trim(),
            scopes: cancel ? ['read', 'cancel'] : ['read'],
            expiresInDays: days === '' ? null : Number(days),
          }),
        }),
      )
      setSecret(made.token)
      setName('')
    })
  const revoke = (keyId: string) =>
    act(
      async () =>
        void (await answer(await fetch(`/api/v1/keys/${encodeURIComponent(keyId)}`, { method: 'DELETE' }))),
    )

  return (
    <div>
      {keys.length === 0 ? (
        <p className="py-4 text-ink-2">{t('noKeys')}</p>
      ) : (
        <ul>
          {keys.map((key) => (
            <li
              key={key.id}
              className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line py-2.5"
            >
              <div className="min-w-0">
                <p className="[overflow-wrap:anywhere]">
                  {key.name} <code className="text-ink-3">{key.prefix}…</code>
                </p>
                <p className="text-sm text-ink-2">
                  {key.scopes.join(', ')};{' '}
                  {key.lastUsedAt === null
                    ? t('neverUsed')
                    : t.rich('lastUsed', { when: () => <When at={key.lastUsedAt ?? key.createdAt} /> })}
                  {key.expiresAt === null ? null : (
                    <>; {t.rich('expires', { when: () => <When at={key.expiresAt ?? key.createdAt} /> })}</>
                  )}
                </p>
              </div>
              <button
                type="button"
                className="button button-stop button-small"
                disabled={busy}
                onClick={() => revoke(key.id)}
              >
                {t('revoke')}
              </button>
            </li>
          ))}
        </ul>
      )}
      {secret === null ? null : (
        <div className="mt-4">
          <Note tone="clear" title={t('keyOnce')} role="status">
            <code className="[overflow-wrap:anywhere]">{secret}</code>
            <CopyButton text={secret} what={t('key')} />
          </Note>
        </div>
      )}
      <form
        className="mt-4 grid items-end gap-3 sm:grid-cols-[1fr_8rem_auto]"
        onSubmit={(event) => {
          event.preventDefault()
          void create()
        }}
      >
        <div>
          <label htmlFor={`${id}-name`} className="label">
            {t('keyName')}
          </label>
          <input
            id={`${id}-name`}
            className="field"
            required
            maxLength={60}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <div>
          <label htmlFor={`${id}-days`} className="label">
            {t('keyDays')}
          </label>
          <select
            id={`${id}-days`}
            className="field"
            value={days}
            onChange={(event) => setDays(event.target.value)}
          >
            {['7', '30', '90', '365'].map((item) => (
              <option key={item} value={item}>
                {t('days', { count: item })}
              </option>
            ))}
            <option value="">{t('noEnd')}</option>
          </select>
        </div>
        <button type="submit" className="button" disabled={busy || name.trim() === ''}>
          {t('makeKey')}
        </button>
        <label className="touch inline-flex items-center gap-2 text-sm sm:col-span-3">
          <input
            type="checkbox"
            className="size-4"
            checked={cancel}
            onChange={(event) => setCancel(event.target.checked)}
          />{' '}
          {t('mayCancel')}
        </label>
      </form>
    </div>
  )
}
