'use client'

import { Check, Copy } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { toast } from 'sonner'

/** Copies a text and says so; `what` names it for those who do not see the icon. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const t = useTranslations('common')
  const [done, setDone] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setDone(true)
      setTimeout(() => setDone(false), 1500)
    } catch {
      // Without the permission (an insecure origin) the person can still select the text.
      toast(text)
    }
  }
  return (
    <button
      type="button"
      onClick={copy}
      className="touch inline-flex size-6 items-center justify-center align-middle text-ink-3 hover:text-ink"
      aria-label={t('copyValue', { what })}
    >
      {done ? <Check className="size-3.5" aria-hidden /> : <Copy className="size-3.5" aria-hidden />}
      <span className="sr-only" aria-live="polite">
        {done ? t('copied') : ''}
      </span>
    </button>
  )
}
