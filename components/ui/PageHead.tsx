import type { ReactNode } from 'react'

/** The head of a working page: what it is, one sentence, and what can be done. */
export function PageHead({
  title,
  lead,
  children,
}: {
  title: ReactNode
  lead?: ReactNode
  children?: ReactNode
}) {
  return (
    <div className="frame flex flex-wrap items-end justify-between gap-x-8 gap-y-4 pt-8 pb-6 md:pt-12">
      <div className="max-w-2xl min-w-0">
        <h1 className="text-title break-words">{title}</h1>
        {lead ? <p className="mt-2 text-ink-2">{lead}</p> : null}
      </div>
      {children ? <div className="flex flex-wrap items-center gap-2">{children}</div> : null}
    </div>
  )
}

/** A part of a working page under a strong rule. */
export function Section({
  id,
  title,
  aside,
  children,
  className = '',
}: {
  id?: string
  title: ReactNode
  aside?: ReactNode
  children: ReactNode
  className?: string
}) {
  return (
    <section aria-labelledby={id} className={className}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 border-b border-ink pb-2">
        <h2 id={id} className="text-[1.0625rem]">
          {title}
        </h2>
        {aside ? <div className="label">{aside}</div> : null}
      </div>
      {children}
    </section>
  )
}

/** What stands where a list would: what is missing, and the next step. Drawn as a line that has no stop yet. */
export function Empty({
  title,
  children,
  action,
}: {
  title: ReactNode
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="py-10">
      <svg viewBox="0 0 220 24" className="h-6 w-56 text-ink-3" aria-hidden="true" focusable="false">
        <path d="M12 12H208" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2 6" />
        <circle cx="8" cy="12" r="6" fill="var(--paper)" stroke="currentColor" strokeWidth="2" />
        <circle
          cx="212"
          cy="12"
          r="4"
          fill="var(--paper)"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeDasharray="2 2"
        />
      </svg>
      <p className="mt-4 text-head font-[560]">{title}</p>
      {children ? <div className="mt-1 max-w-xl text-ink-2">{children}</div> : null}
      {action ? <div className="mt-5 flex flex-wrap gap-2">{action}</div> : null}
    </div>
  )
}

/** A note beside the matter: `ask` needs a person, `stop` went wrong, `plain` explains. */
export function Note({
  tone = 'plain',
  title,
  children,
  role,
}: {
  tone?: 'plain' | 'ask' | 'stop' | 'signal' | 'clear'
  title?: ReactNode
  children?: ReactNode
  role?: 'alert' | 'status'
}) {
  const tones = {
    plain: 'border-line-2 bg-well',
    ask: 'border-ask bg-ask-wash',
    stop: 'border-stop bg-stop-wash',
    signal: 'border-signal bg-signal-wash',
    clear: 'border-clear bg-clear-wash',
  } as const
  return (
    <div role={role} className={`border-l-4 px-4 py-3 text-sm ${tones[tone]}`}>
      {title ? <p className="font-[600]">{title}</p> : null}
      {children ? <div className="text-ink-2 [overflow-wrap:anywhere]">{children}</div> : null}
    </div>
  )
}
