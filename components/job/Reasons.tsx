import { useTranslations } from 'next-intl'
import type { JobView } from '#lib/protocol/views.ts'

/** Why the vetting held or refused a program: rule, words, and the line it stands on. */
export function Reasons({ reasons }: { reasons: NonNullable<JobView['verdict']>['reasons'] }) {
  const t = useTranslations('job')
  return (
    <ul className="mt-2 space-y-3">
      {reasons.map((reason) => (
        <li key={`${reason.rule}-${reason.file}-${reason.line}-${reason.column}-${reason.message}`}>
          <p className="[overflow-wrap:anywhere]">
            {reason.message} <code className="text-ink-3">{reason.rule}</code>
          </p>
          {reason.file === null ? null : (
            <p className="label [overflow-wrap:anywhere]">
              {reason.file}
              {reason.line === null ? '' : `, ${t('line', { number: reason.line })}`}
            </p>
          )}
          {reason.excerpt === null ? null : (
            <pre className="mt-1 overflow-x-auto bg-sheet px-3 py-2">{reason.excerpt}</pre>
          )}
        </li>
      ))}
    </ul>
  )
}
