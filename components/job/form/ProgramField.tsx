'use client'

import { FileUp, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useId, useRef, useState } from 'react'
import { formatBytes } from '#components/ui/bytes.ts'
import { cn } from '#components/ui/cn.ts'
import { artifactNameProblem } from '#lib/protocol/artifactName.ts'
import { JOB_LIMITS } from '#lib/protocol/jobSpec.ts'
import { stripTerminal } from '#lib/protocol/terminal.ts'
import { type Draft, type DraftFile, programProblem, runtimeOfName } from './draft.ts'

/** The program as text to write or paste, and the files beside it; everything can be dropped. */
export function ProgramField({
  draft,
  change,
  error,
}: {
  draft: Draft
  change: (part: Partial<Draft>) => void
  error: string | null
}) {
  const t = useTranslations('form')
  const id = useId()
  const picker = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [refused, setRefused] = useState<string[]>([])

  const take = async (list: readonly File[]) => {
    const problems: string[] = []
    const files: DraftFile[] = [...draft.files]
    let program: Partial<Draft> | null = null
    for (const file of list) {
      const name = file.name.normalize('NFC')
      const shown = stripTerminal(name)
      if (artifactNameProblem(name) !== null) {
        problems.push(t('refused.name', { name: shown }))
        continue
      }
      if (file.size > JOB_LIMITS.fileBytes) {
        problems.push(t('refused.fileLarge', { name: shown, most: formatBytes(JOB_LIMITS.fileBytes) }))
        continue
      }
      const runtime = runtimeOfName(name)
      const wantsProgram = runtime !== null && draft.code.trim() === '' && program === null
      if (wantsProgram && file.size > JOB_LIMITS.scriptBytes) {
        problems.push(t('refused.large', { name: shown, most: formatBytes(JOB_LIMITS.scriptBytes) }))
        continue
      }
      const data = new Uint8Array(await file.arrayBuffer())
      if (wantsProgram && runtime !== null) {
        const problem = programProblem(data)
        if (problem !== null)
          problems.push(t(`refused.${problem}`, { name: shown, most: formatBytes(JOB_LIMITS.scriptBytes) }))
        else
          program = {
            runtime,
            entry: name,
            code: new TextDecoder().decode(data),
            ...(draft.title === '' ? { title: name } : {}),
          }
        continue
      }
      const at = files.findIndex((item) => item.path === name)
      if (at === -1) files.push({ path: name, data })
      else files[at] = { path: name, data }
    }
    if (program === null && draft.code.trim() === '' && files.length > 0 && problems.length === 0)
      problems.push(t('refused.noProgram'))
    setRefused(problems)
    change({ ...program, files })
  }

  return (
    <section
      aria-label={t('program')}
      className={cn('relative border border-line-2', over && 'border-signal outline-2 outline-signal')}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        void take([...event.dataTransfer.files])
      }}
    >
      <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line bg-well px-3 py-1.5">
        <label className="flex min-w-0 items-center gap-2">
          <span className="sr-only">{t('entry')}</span>
          <input
            className="num min-h-8 w-44 max-w-full bg-transparent px-1"
            value={draft.entry}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => change({ entry: event.target.value })}
          />
        </label>
        <button
          type="button"
          className="touch inline-flex items-center gap-2 px-2 text-sm hover:underline"
          onClick={() => picker.current?.click()}
        >
          <FileUp className="size-4" aria-hidden /> {t('addFiles')}
        </button>
        <input
          ref={picker}
          type="file"
          multiple
          className="sr-only"
          tabIndex={-1}
          aria-label={t('addFiles')}
          onChange={(event) => {
            // A copy: clearing the input empties its own list while the first file is still being read.
            const chosen = [...(event.target.files ?? [])]
            event.target.value = ''
            void take(chosen)
          }}
        />
      </div>
      <label htmlFor={`${id}-code`} className="sr-only">
        {t('code')}
      </label>
      <textarea
        id={`${id}-code`}
        className="num block min-h-72 w-full resize-y bg-sheet p-3 !text-[0.75rem] leading-5 focus-visible:outline-2 focus-visible:-outline-offset-2"
        rows={Math.min(26, Math.max(14, draft.code.split('\n').length + 1))}
        value={draft.code}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        placeholder={t('codePlaceholder')}
        aria-invalid={error !== null}
        aria-describedby={`${id}-note`}
        onChange={(event) => change({ code: event.target.value })}
      />
      {draft.files.length > 0 ? (
        <ul className="border-t border-line">
          {draft.files.map((file) => (
            <li
              key={file.path}
              className="flex items-center justify-between gap-3 border-b border-line px-3 last:border-0"
            >
              <code className="min-w-0 py-2 [overflow-wrap:anywhere]">{stripTerminal(file.path)}</code>
              <span className="flex items-center gap-2 text-sm text-ink-2">
                <span className="num">{formatBytes(file.data.length)}</span>
                <button
                  type="button"
                  className="touch inline-flex size-8 items-center justify-center hover:bg-well"
                  aria-label={t('removeFile', { name: file.path })}
                  onClick={() => change({ files: draft.files.filter((item) => item !== file) })}
                >
                  <X className="size-4" aria-hidden />
                </button>
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      <div id={`${id}-note`} className="border-t border-line px-3 py-2 text-sm" aria-live="polite">
        {error !== null ? <p className="text-stop">{error}</p> : null}
        {refused.map((text) => (
          <p key={text} className="text-stop [overflow-wrap:anywhere]">
            {text}
          </p>
        ))}
        {error === null && refused.length === 0 ? <p className="text-ink-3">{t('dropHint')}</p> : null}
      </div>
    </section>
  )
}
