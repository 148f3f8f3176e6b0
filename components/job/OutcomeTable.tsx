import { useTranslations } from 'next-intl'
import { cn } from '#components/ui/cn.ts'

/** The rows of the outcome table, as the contract decides them. */
export const OUTCOME_ROWS = [
  'correct',
  'unchecked',
  'wrong',
  'unopened',
  'customerFault',
  'malicious',
  'notDeterministic',
  'noQuorum',
  'expired',
  'cancelled',
] as const
export type OutcomeRow = (typeof OUTCOME_ROWS)[number]

/** The table of who gets what; `applied` is the row that decided a job. */
export function OutcomeTable({
  applied,
  rows = OUTCOME_ROWS,
}: {
  applied?: string | null
  rows?: readonly OutcomeRow[]
}) {
  const t = useTranslations('outcome')
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section aria-label={t('caption')} tabIndex={0} className="overflow-x-auto">
      <table className="board min-w-[40rem]">
        <caption className="sr-only">{t('caption')}</caption>
        <thead>
          <tr>
            <th scope="col" className="pl-3">
              {t('result')}
            </th>
            <th scope="col">{t('node')}</th>
            <th scope="col">{t('members')}</th>
            <th scope="col">{t('customer')}</th>
            <th scope="col">{t('bond')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row}
              aria-current={row === applied ? 'true' : undefined}
              className={cn(
                row === applied && 'bg-signal-wash hover:!bg-signal-wash',
                applied && row !== applied && 'text-ink-3',
              )}
            >
              <th
                scope="row"
                className={cn(
                  '!whitespace-normal border-b !border-line !py-[0.6rem] !align-baseline !pl-3 !text-[0.875rem] !text-inherit',
                  row === applied && 'shadow-[inset_4px_0_0_var(--signal)]',
                )}
              >
                <span className="font-[560]">{t(`row.${row}`)}</span>
                {row === applied ? (
                  <span className="ml-2 text-signal-ink text-xs">{t('applied')}</span>
                ) : null}
              </th>
              <td>{t(`nodeGets.${row}`)}</td>
              <td>{t(`membersGet.${row}`)}</td>
              <td>{t(`customerGets.${row}`)}</td>
              <td>{t(`bondFate.${row}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
