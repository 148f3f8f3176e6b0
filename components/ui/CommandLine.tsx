import { CopyButton } from './CopyButton.tsx'

/** A command to paste, with its button. */
export function CommandLine({ command }: { command: string }) {
  return (
    <div className="mt-1.5 flex items-center justify-between gap-2 border border-line bg-sheet py-1 pr-1 pl-3">
      <code className="overflow-x-auto whitespace-nowrap">
        <span aria-hidden="true" className="text-ink-3 select-none">
          ${' '}
        </span>
        {command}
      </code>
      <CopyButton text={command} what={command} />
    </div>
  )
}
