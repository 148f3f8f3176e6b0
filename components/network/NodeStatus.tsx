import { useTranslations } from 'next-intl'
import { cn } from '#components/ui/cn.ts'
import type { NodeView } from '#lib/protocol/views.ts'

/** Whether a node can be given work, as a sign and a word. */
export function NodeStatus({ status }: { status: NodeView['status'] }) {
  const t = useTranslations('nodes.status')
  return (
    <span
      className={cn(
        'inline-flex items-center gap-2 whitespace-nowrap align-middle',
        status === 'silent' ? 'text-stop' : status === 'offline' || status === 'left' ? 'text-ink-3' : '',
      )}
    >
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" focusable="false">
        {status === 'live' ? (
          <circle cx="6" cy="6" r="5" fill="var(--clear)" />
        ) : status === 'draining' ? (
          <path d="M6 1a5 5 0 0 0 0 10Z" fill="var(--ask)" stroke="var(--ask)" />
        ) : status === 'silent' ? (
          <path d="M2 2l8 8M10 2 2 10" stroke="var(--stop)" strokeWidth="2.2" />
        ) : (
          <circle cx="6" cy="6" r="4.2" fill="none" stroke="var(--line-2)" strokeWidth="1.6" />
        )}
      </svg>
      {t(status)}
    </span>
  )
}

/** The node's device in words; a CPU is named as one. */
export function DeviceName({ devices }: { devices: NodeView['devices'] }) {
  const t = useTranslations('nodes')
  const device = devices.find((item) => item.kind === 'gpu') ?? devices[0]
  if (!device) return <span className="text-ink-3">{t('noDevice')}</span>
  return (
    <span>
      <span
        className={cn(
          'mr-1.5 inline-block border px-1 text-[0.6875rem] leading-4',
          device.kind === 'gpu' ? 'border-ink bg-ink text-paper' : 'border-line-2 text-ink-2',
        )}
      >
        {device.kind === 'gpu' ? 'GPU' : 'CPU'}
      </span>
      {device.name}
    </span>
  )
}

/** Load as a short scale of ten ticks. */
export function LoadScale({ load }: { load: number | null }) {
  const t = useTranslations('nodes')
  if (load === null) return <span className="text-ink-3">–</span>
  const filled = Math.round(load * 10)
  return (
    <svg
      width="50"
      height="10"
      viewBox="0 0 50 10"
      role="img"
      aria-label={t('loadOf', { percent: Math.round(load * 100) })}
      className="inline-block align-middle"
    >
      {Array.from({ length: 10 }, (_, tick) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: ticks have no identity
          key={tick}
          x={tick * 5}
          y="0"
          width="3"
          height="10"
          fill={tick < filled ? 'var(--ink)' : 'var(--line)'}
        />
      ))}
    </svg>
  )
}
