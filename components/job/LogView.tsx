'use client'

import { ArrowDown } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useMemo, useRef, useState } from 'react'
import { cn } from '#components/ui/cn.ts'
import { terminalStripper } from '#lib/protocol/terminal.ts'
import type { LogBook } from './rules/logBook.ts'
import { useJobFeed } from './useJobFeed.ts'

/** Most lines drawn at once; the rest stays in the artifact. */
const SHOWN_LINES = 2000

interface Line {
  readonly key: string
  readonly stream: string
  readonly text: string
}

/** The log as lines of inert text: each stream stripped of terminal sequences in its own order. */
function linesOf(book: LogBook): Line[] {
  const strippers = new Map<string, ReturnType<typeof terminalStripper>>()
  const lines: Line[] = []
  const open = new Map<string, number>()
  for (const entry of book.entries) {
    const stripper = strippers.get(entry.stream) ?? terminalStripper()
    strippers.set(entry.stream, stripper)
    stripper
      .push(entry.text)
      .split('\n')
      .forEach((piece, index, pieces) => {
        const unfinished = open.get(entry.stream)
        if (index === 0 && unfinished !== undefined) {
          const line = lines[unfinished]
          if (line) lines[unfinished] = { ...line, text: line.text + piece }
        } else if (index < pieces.length - 1 || piece !== '') {
          lines.push({ key: `${entry.seq}.${index}`, stream: entry.stream, text: piece })
        }
        if (index < pieces.length - 1) open.delete(entry.stream)
        else if (piece !== '')
          open.set(entry.stream, unfinished !== undefined && index === 0 ? unfinished : lines.length - 1)
      })
  }
  return lines
}

/** The live log of the running attempt, or the stored output once the job is done. */
export function LogView({
  jobId,
  revision,
  leaseId,
  live,
  ended,
  stored,
  deleted,
}: {
  jobId: string
  revision: number
  leaseId: string | null
  live: boolean
  ended: boolean
  stored: string | null
  /** The job's owner deleted its data. */
  deleted: boolean
}) {
  const t = useTranslations('job')
  const { book, connected } = useJobFeed(jobId, revision, leaseId, deleted)
  const lines = useMemo<Line[]>(() => {
    const read = linesOf(book)
    if (read.length > 0 || stored === null) return read
    return linesOf({ leaseId: null, last: 0, entries: [{ seq: 0, stream: 'stdout', text: stored }] })
  }, [book, stored])
  const box = useRef<HTMLDivElement>(null)
  const [following, setFollowing] = useState(true)
  const lastTop = useRef(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows each new line
  useEffect(() => {
    if (following && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [lines, following])
  const shown = lines.slice(-SHOWN_LINES)
  return (
    <div className="relative mt-3 border border-line bg-sheet">
      <div
        ref={box}
        role="log"
        aria-label={t('log.title')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        className="h-56 overflow-auto md:h-80 overscroll-contain py-2"
        onScroll={(event) => {
          const at = event.currentTarget
          // A fast log grows between our own scrolling and its event: only going up is a person's wish to stay.
          if (at.scrollHeight - at.scrollTop - at.clientHeight < 24) setFollowing(true)
          else if (at.scrollTop < lastTop.current) setFollowing(false)
          lastTop.current = at.scrollTop
        }}
      >
        {shown.length === 0 ? (
          <p className="px-4 py-2 text-sm text-ink-2">{ended ? t('log.none') : t('log.waiting')}</p>
        ) : (
          <>
            {lines.length > shown.length ? (
              <p className="label px-4">{t('log.earlier', { count: lines.length - shown.length })}</p>
            ) : null}
            {shown.map((line) => (
              <div
                key={line.key}
                className={cn(
                  'num grid grid-cols-[1.25rem_1fr] px-2 whitespace-pre-wrap [overflow-wrap:anywhere] !text-[0.75rem] leading-5',
                  line.stream === 'system' && 'text-ink-3',
                )}
              >
                <span
                  aria-hidden="true"
                  className={cn(
                    'select-none text-center',
                    line.stream === 'stderr' ? 'text-stop' : 'text-line-2',
                  )}
                >
                  {line.stream === 'stderr' ? '!' : line.stream === 'system' ? '·' : ' '}
                </span>
                <span>
                  {line.stream === 'stderr' ? <span className="sr-only">stderr </span> : null}
                  {line.text}
                </span>
              </div>
            ))}
          </>
        )}
      </div>
      <div className="flex min-h-9 items-center justify-between gap-3 border-t border-line px-3 text-sm">
        <span className="flex items-center gap-2 text-ink-2" aria-live="polite">
          <span
            aria-hidden="true"
            className={cn(
              'size-2 rounded-full',
              live && connected ? 'needle bg-signal' : 'border border-line-2',
            )}
          />
          {ended
            ? t('log.ended')
            : connected
              ? live
                ? t('log.live')
                : t('log.notYet')
              : t('log.reconnecting')}
        </span>
        {following ? null : (
          <button
            type="button"
            className="touch inline-flex items-center gap-1 hover:underline"
            onClick={() => setFollowing(true)}
          >
            <ArrowDown className="size-3.5" aria-hidden /> {t('log.follow')}
          </button>
        )}
      </div>
    </div>
  )
}
