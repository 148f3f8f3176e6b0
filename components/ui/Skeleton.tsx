/** Place holders of a page under way: hairlines where rows will be, and one moving tick. Announced once. */
export function Skeleton({ rows = 6, label }: { rows?: number; label: string }) {
  return (
    <div role="status" aria-live="polite" className="frame pt-10">
      <span className="sr-only">{label}</span>
      <div aria-hidden="true">
        <div className="h-9 w-64 max-w-full bg-well" />
        <div className="relative mt-8 h-px overflow-hidden bg-ink">
          <div className="sweep absolute inset-y-0 w-1/4 bg-signal" />
        </div>
        {Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity
          <div key={row} className="flex items-center gap-6 border-b border-line py-4">
            <div className="h-3 w-20 bg-well" />
            <div className="h-3 flex-1 bg-well" style={{ maxWidth: `${44 - row * 4}%` }} />
            <div className="ml-auto h-3 w-16 bg-well" />
          </div>
        ))}
      </div>
    </div>
  )
}
