import { useTranslations } from 'next-intl'
import { formatOgpu } from '#lib/kernel/money.ts'
import type { NodeView } from '#lib/protocol/views.ts'

const HEIGHT = 96

/** Earnings by day as bars; each day's amount is in the table a screen reader gets. */
export function EarningsChart({ days }: { days: NodeView['earningsByDay'] }) {
  const t = useTranslations('nodes')
  const most = days.reduce((best, day) => (BigInt(day.wei) > best ? BigInt(day.wei) : best), 0n)
  if (most === 0n) return <p className="py-4 text-ink-2">{t('earnedNothing')}</p>
  const height = (wei: string) => Math.max(1, Number((BigInt(wei) * BigInt(HEIGHT)) / most))
  return (
    <figure className="pt-5">
      <div className="flex items-end gap-1" style={{ height: HEIGHT }} aria-hidden="true">
        {days.map((day) => (
          <div
            key={day.day}
            title={`${day.day}: ${formatOgpu(BigInt(day.wei))} oGPU`}
            className={`max-w-10 flex-1 ${day.wei === '0' ? 'bg-line' : 'bg-ink'}`}
            style={{ height: height(day.wei) }}
          />
        ))}
      </div>
      <div
        aria-hidden="true"
        className="label mt-1 flex justify-between border-t border-line pt-1"
        style={{ maxWidth: `${days.length * 2.75}rem` }}
      >
        <span className="num">{days[0]?.day}</span>
        <span className="num">{days.at(-1)?.day}</span>
      </div>
      <table className="sr-only">
        <caption>{t('earningsTitle')}</caption>
        <tbody>
          {days.map((day) => (
            <tr key={day.day}>
              <th scope="row">{day.day}</th>
              <td>{formatOgpu(BigInt(day.wei))} oGPU</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  )
}
