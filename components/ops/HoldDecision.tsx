'use client'

import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useId, useState } from 'react'
import { toast } from 'sonner'

type Decide = (input: {
  jobId: string
  decision: 'approve' | 'reject'
  note: string
}) => Promise<{ ok: true } | { ok: false; problem: { detail: string } }>

/** An admin's word on a held job: approve or reject, never without a note. */
export function HoldDecision({ jobId, decide }: { jobId: string; decide: Decide }) {
  const t = useTranslations('ops')
  const router = useRouter()
  const id = useId()
  const [note, setNote] = useState('')
  const [busy, setBusy] = useState(false)
  const say = async (decision: 'approve' | 'reject') => {
    setBusy(true)
    const result = await decide({ jobId, decision, note: note.trim() }).catch(() => null)
    setBusy(false)
    if (result?.ok) {
      toast.success(t(decision === 'approve' ? 'approved' : 'rejected'))
      router.refresh()
    } else toast.error(result === null ? t('noAnswer') : result.problem.detail)
  }
  return (
    <div className="mt-3 grid items-end gap-2 sm:grid-cols-[1fr_auto_auto]">
      <div>
        <label htmlFor={id} className="label">
          {t('note')}
        </label>
        <input
          id={id}
          className="field"
          maxLength={500}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      </div>
      <button
        type="button"
        className="button"
        disabled={busy || note.trim() === ''}
        onClick={() => say('approve')}
      >
        {t('approve')}
      </button>
      <button
        type="button"
        className="button button-stop"
        disabled={busy || note.trim() === ''}
        onClick={() => say('reject')}
      >
        {t('reject')}
      </button>
    </div>
  )
}
