'use client'

import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useCallback, useEffect, useRef, useState } from 'react'
import { Note, Section } from '#components/ui/PageHead.tsx'
import { JOB_LIMITS, RUNTIMES } from '#lib/protocol/jobSpec.ts'
import type { NetworkView } from '#lib/protocol/views.ts'
import { RUNTIME_NAME } from '../runtimeName.ts'
import { JOB_TEMPLATES } from '../templates.ts'
import { type Draft, draftFromTemplate, EMPTY_DRAFT, type Field as FieldName, problemsOf } from './draft.ts'
import { Choice, Field } from './Field.tsx'
import { maxPriceOf, OrderPreview } from './OrderPreview.tsx'
import { ProgramField } from './ProgramField.tsx'
import { SignOrder } from './SignOrder.tsx'
import { useEstimate } from './useEstimate.ts'

const ENTRY_OF = { node: 'main.mjs', python: 'main.py' } as const

/** The form of a new job: the program, how it is run, how it is checked, what it may cost; and the order it adds up to. */
export function JobForm({
  network,
  initial,
  session,
  freeEscrow,
}: {
  network: NetworkView
  initial: Draft
  session: string | null
  freeEscrow: string | null
}) {
  const t = useTranslations('form')
  const template = useTranslations('template')
  const router = useRouter()
  const [draft, setDraft] = useState<Draft>(initial)
  const [showProblems, setShowProblems] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  useKeptDraft(draft, initial, setDraft)
  const change = useCallback((part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part })), [])
  const estimate = useEstimate(draft)
  const problems = problemsOf(draft)
  const maxPrice = maxPriceOf(draft, estimate)
  const problemOf = (field: FieldName): string | null => {
    // An empty program is a start, not a mistake, until somebody tries to sign it.
    const found = problems.find(
      (problem) => problem.field === field && (showProblems || problem.key !== 'codeEmpty'),
    )
    return found ? t(`problem.${found.key}`, found.values ?? {}) : null
  }
  const live = new Set(network.runtimesLive.map((runtime) => runtime.name))

  return (
    <form
      ref={form}
      className="frame grid gap-x-12 gap-y-10 lg:grid-cols-[minmax(0,1.7fr)_minmax(20rem,1fr)]"
      onSubmit={(event) => event.preventDefault()}
      noValidate
    >
      <div className="min-w-0 space-y-10">
        <Section id="program" title={t('program')}>
          <div className="space-y-4 pt-4">
            <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
              <span className="text-sm text-ink-3">{t('startWith')}</span>
              {JOB_TEMPLATES.map((item) => (
                <button
                  key={item.id}
                  type="button"
                  className="link touch text-sm"
                  onClick={() => setDraft(draftFromTemplate(item, template(`${item.id}.name`)))}
                >
                  {template(`${item.id}.name`)}
                </button>
              ))}
            </div>
            <div className="flex flex-wrap items-end gap-4">
              <Choice
                legend={t('runtime')}
                value={draft.runtime}
                options={RUNTIMES.map((runtime) => ({
                  value: runtime,
                  label: RUNTIME_NAME[runtime],
                  ...(live.has(runtime) ? {} : { off: t('runtimeOff') }),
                }))}
                onChange={(runtime) =>
                  change({
                    runtime,
                    ...(draft.entry === ENTRY_OF[draft.runtime] ? { entry: ENTRY_OF[runtime] } : {}),
                  })
                }
              />
              <Field label={t('title')} error={problemOf('title')} className="min-w-48 flex-1">
                {(ids) => (
                  <input
                    {...ids}
                    className="field"
                    maxLength={200}
                    value={draft.title}
                    placeholder={t('titlePlaceholder')}
                    onChange={(event) => change({ title: event.target.value })}
                  />
                )}
              </Field>
            </div>
            {live.has(draft.runtime) ? null : <Note tone="ask">{t('runtimeOff')}</Note>}
            <ProgramField
              draft={draft}
              change={change}
              error={problemOf('code') ?? problemOf('entry') ?? problemOf('files')}
            />
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label={t('args')} hint={t('argsHint')} error={problemOf('args')}>
                {(ids) => (
                  <textarea
                    {...ids}
                    className="field num"
                    rows={3}
                    value={draft.args}
                    spellCheck={false}
                    onChange={(event) => change({ args: event.target.value })}
                  />
                )}
              </Field>
              <Field label={t('stdin')} hint={t('stdinHint')}>
                {(ids) => (
                  <textarea
                    {...ids}
                    className="field num"
                    rows={3}
                    value={draft.stdin}
                    spellCheck={false}
                    onChange={(event) => change({ stdin: event.target.value })}
                  />
                )}
              </Field>
            </div>
          </div>
        </Section>

        <Section id="check" title={t('check')}>
          <div className="space-y-4 pt-4">
            <p className="max-w-2xl text-sm text-ink-2">{t('checkText')}</p>
            <div className="flex flex-wrap items-start gap-x-8 gap-y-4">
              <Choice
                legend={t('method')}
                value={draft.method}
                options={[
                  { value: 'exact', label: t('exact') },
                  { value: 'number', label: t('number') },
                ]}
                onChange={(method) => change({ method })}
              />
              {draft.method === 'number' ? (
                <Field label={t('tolerance')} error={problemOf('tolerance')} className="w-40">
                  {(ids) => (
                    <input
                      {...ids}
                      className="field num"
                      inputMode="decimal"
                      value={draft.tolerance}
                      onChange={(event) => change({ tolerance: event.target.value.trim() })}
                    />
                  )}
                </Field>
              ) : null}
              <Choice
                legend={t('compareOn')}
                value={draft.compareOn}
                options={[
                  { value: 'stdout', label: t('onStdout') },
                  { value: 'files', label: t('onFiles') },
                ]}
                onChange={(compareOn) => change({ compareOn })}
              />
              {draft.compareOn === 'files' ? (
                <Field
                  label={t('compareFiles')}
                  error={problemOf('compareFiles')}
                  className="min-w-48 flex-1"
                >
                  {(ids) => (
                    <input
                      {...ids}
                      className="field num"
                      value={draft.compareFiles}
                      placeholder="model.json"
                      spellCheck={false}
                      onChange={(event) => change({ compareFiles: event.target.value })}
                    />
                  )}
                </Field>
              ) : null}
              <Choice
                legend={t('members')}
                value={draft.members}
                options={[3, 5, 7, 9].map((value) => ({ value, label: String(value) }))}
                onChange={(members) => change({ members })}
              />
            </div>
          </div>
        </Section>

        <Section id="resources" title={t('resources')}>
          <div className="grid gap-4 pt-4 sm:grid-cols-2 md:grid-cols-3">
            <Field label={t('gpuClass')}>
              {(ids) => (
                <select
                  {...ids}
                  className="field"
                  value={draft.gpuClass}
                  onChange={(event) => change({ gpuClass: Number(event.target.value) })}
                >
                  {[0, 1, 2, 3, 4, 5].map((value) => (
                    <option key={value} value={value}>
                      {t(`class.${value as 0}`)}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <NumberField
              name="timeoutSeconds"
              label={t('timeout')}
              hint={t('timeoutHint')}
              {...{ draft, change, error: problemOf('timeoutSeconds') }}
            />
            <NumberField
              name="memoryMiB"
              label={t('memory')}
              {...{ draft, change, error: problemOf('memoryMiB') }}
            />
            <NumberField
              name="diskMiB"
              label={t('disk')}
              {...{ draft, change, error: problemOf('diskMiB') }}
            />
            <NumberField
              name="processes"
              label={t('processes')}
              hint={t('processesHint', { most: JOB_LIMITS.processes.most })}
              {...{ draft, change, error: problemOf('processes') }}
            />
            <Field
              label={t('maxPrice')}
              hint={t('maxPriceHint')}
              error={draft.maxPrice.trim() !== '' && maxPrice === null ? t('problem.price') : null}
            >
              {(ids) => (
                <input
                  {...ids}
                  className="field num"
                  inputMode="decimal"
                  autoComplete="off"
                  value={draft.maxPrice}
                  placeholder={t('suggested')}
                  onChange={(event) => change({ maxPrice: event.target.value })}
                />
              )}
            </Field>
          </div>
        </Section>
      </div>

      <aside aria-labelledby="order" className="lg:sticky lg:top-20 lg:self-start">
        <Section id="order" title={t('order')}>
          <OrderPreview draft={draft} estimate={estimate} network={network} maxPrice={maxPrice} />
          <SignOrder
            draft={draft}
            estimate={estimate}
            network={network}
            maxPrice={maxPrice}
            session={session}
            freeEscrow={freeEscrow}
            problemCount={problems.length}
            onIncomplete={() => {
              setShowProblems(true)
              requestAnimationFrame(() =>
                form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
              )
            }}
            onSent={(jobId) => {
              sessionStorage.removeItem(KEPT)
              router.push(`/jobs/${jobId}`)
            }}
          />
        </Section>
      </aside>
    </form>
  )
}

function NumberField({
  name,
  label,
  hint,
  draft,
  change,
  error,
}: {
  name: 'timeoutSeconds' | 'memoryMiB' | 'diskMiB' | 'processes'
  label: string
  hint?: string
  draft: Draft
  change: (part: Partial<Draft>) => void
  error: string | null
}) {
  return (
    <Field label={label} error={error} {...(hint === undefined ? {} : { hint })}>
      {(ids) => (
        <input
          {...ids}
          className="field num"
          inputMode="numeric"
          autoComplete="off"
          value={draft[name]}
          onChange={(event) => change({ [name]: event.target.value })}
        />
      )}
    </Field>
  )
}

const KEPT = 'job.draft'

/** Keeps what was typed for as long as the tab lives, so that a reload loses nothing. Files are not kept: they may be large. */
function useKeptDraft(draft: Draft, initial: Draft, restore: (draft: Draft) => void) {
  const restored = useRef(false)
  useEffect(() => {
    if (restored.current) return
    restored.current = true
    // A template or an earlier job was asked for by its address; that wins.
    if (initial !== EMPTY_DRAFT && initial.code !== '') return
    try {
      const kept: unknown = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null')
      if (typeof kept === 'object' && kept !== null && typeof (kept as Draft).code === 'string')
        restore({ ...EMPTY_DRAFT, ...kept, files: [] })
    } catch {
      // Nothing readable was kept.
    }
  }, [initial, restore])
  useEffect(() => {
    if (!restored.current || draft.code === '') return
    try {
      sessionStorage.setItem(KEPT, JSON.stringify({ ...draft, files: [] }))
    } catch {
      // A full store only means that a reload starts anew.
    }
  }, [draft])
}
