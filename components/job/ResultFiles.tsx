'use client'

import { Download } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { formatBytes } from '#components/ui/bytes.ts'
import { cn } from '#components/ui/cn.ts'
import { stripTerminal } from '#lib/protocol/terminal.ts'
import type { JobView } from '#lib/protocol/views.ts'
import { jobAddress } from './addresses.ts'
import { PREVIEW_BYTES, previewOf } from './rules/preview.ts'

type Artifact = JobView['artifacts'][number]
type Shown =
  | { state: 'idle' | 'loading' | 'failed' | 'large' | 'binary' }
  | { state: 'text'; text: string }
  | { state: 'image'; url: string }

/** The result's files: pick one to look at (always inert: text as text, images as pictures), or download it. */
export function ResultFiles({ jobId, artifacts }: { jobId: string; artifacts: readonly Artifact[] }) {
  const t = useTranslations('job')
  const [picked, setPicked] = useState<Artifact | null>(null)
  const [shown, setShown] = useState<Shown>({ state: 'idle' })
  const url = useRef<string | null>(null)

  useEffect(
    () => () => {
      if (url.current) URL.revokeObjectURL(url.current)
    },
    [],
  )

  const look = async (artifact: Artifact) => {
    setPicked(artifact)
    if (artifact.bytes > PREVIEW_BYTES) return setShown({ state: 'large' })
    setShown({ state: 'loading' })
    try {
      const response = await fetch(jobAddress.artifact(jobId, artifact.sha256))
      if (!response.ok) return setShown({ state: 'failed' })
      const bytes = new Uint8Array(await response.arrayBuffer())
      const preview = previewOf(artifact.kind === 'file' ? artifact.name : `${artifact.kind}.txt`, bytes)
      if (url.current) URL.revokeObjectURL(url.current)
      url.current = null
      if (preview.kind === 'image' && preview.type !== null) {
        url.current = URL.createObjectURL(new Blob([bytes], { type: preview.type }))
        setShown({ state: 'image', url: url.current })
      } else if (preview.text === null) setShown({ state: 'binary' })
      else setShown({ state: 'text', text: stripTerminal(preview.text) })
    } catch {
      setShown({ state: 'failed' })
    }
  }

  return (
    <div>
      <ul>
        {artifacts.map((artifact) => {
          const name = artifact.kind === 'file' ? artifact.name : t(`artifact.${artifact.kind}`)
          const here = picked === artifact
          return (
            <li
              key={`${artifact.kind}/${artifact.name}`}
              className={cn(
                'grid grid-cols-[1fr_auto_auto] items-center gap-3 border-b border-line',
                here && 'bg-well',
              )}
            >
              <button
                type="button"
                aria-pressed={here}
                onClick={() => look(artifact)}
                className="touch min-w-0 py-2 pl-1 text-left underline decoration-line-2 underline-offset-4 hover:decoration-ink [overflow-wrap:anywhere]"
              >
                {artifact.kind === 'file' ? <code>{stripTerminal(name)}</code> : name}
              </button>
              <span className="num text-ink-2">{formatBytes(artifact.bytes)}</span>
              <a
                href={`${jobAddress.artifact(jobId, artifact.sha256)}?download=1`}
                download={artifact.name.split('/').at(-1) ?? 'file'}
                className="touch inline-flex size-9 items-center justify-center hover:bg-well"
                aria-label={t('download', { name })}
              >
                <Download className="size-4" aria-hidden />
              </a>
            </li>
          )
        })}
      </ul>
      <div aria-live="polite">
        {picked === null ? null : shown.state === 'text' ? (
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
            tabIndex={0}
            className="mt-3 max-h-96 overflow-auto border border-line bg-sheet p-3 !text-[0.75rem] leading-5"
          >
            {shown.text}
          </pre>
        ) : shown.state === 'image' ? (
          // biome-ignore lint/performance/noImgElement: a blob of this tab has no size to optimise
          <img
            src={shown.url}
            alt={picked.name}
            className="mt-3 max-h-96 max-w-full border border-line bg-sheet [image-rendering:pixelated]"
          />
        ) : shown.state === 'idle' ? null : (
          <p className="mt-3 text-sm text-ink-2">{t(`preview.${shown.state}`)}</p>
        )}
      </div>
    </div>
  )
}
