import { type ReactNode, useId } from 'react'

/** A labelled field with its hint and its error; the control gets the ids that tie them together. */
export function Field({
  label,
  hint,
  error,
  className = '',
  children,
}: {
  label: ReactNode
  hint?: ReactNode
  error?: string | null
  className?: string
  children: (ids: { id: string; 'aria-invalid': boolean; 'aria-describedby'?: string }) => ReactNode
}) {
  const id = useId()
  const described = error || hint ? { 'aria-describedby': `${id}-note` } : {}
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm text-ink-2">
        {label}
      </label>
      {children({ id, 'aria-invalid': Boolean(error), ...described })}
      {error || hint ? (
        <p id={`${id}-note`} className={`mt-1 text-sm ${error ? 'text-stop' : 'text-ink-3'}`}>
          {error ?? hint}
        </p>
      ) : null}
    </div>
  )
}

/** A choice among few, as joined buttons. */
export function Choice<T extends string | number>({
  legend,
  value,
  options,
  onChange,
}: {
  legend: string
  value: T
  options: readonly { value: T; label: string; off?: string }[]
  onChange: (value: T) => void
}) {
  const name = useId()
  return (
    <fieldset>
      <legend className="mb-1 text-sm text-ink-2">{legend}</legend>
      <div className="inline-flex flex-wrap border border-line-2">
        {options.map((option) => (
          <label
            key={option.value}
            title={option.off}
            className={`touch inline-flex min-h-9 cursor-pointer items-center gap-2 border-line-2 px-3.5 not-first:border-l has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ink ${value === option.value ? 'bg-ink text-paper' : 'hover:bg-well'} ${option.off ? 'text-ink-3' : ''}`}
          >
            <input
              type="radio"
              className="sr-only"
              name={name}
              checked={value === option.value}
              onChange={() => onChange(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
