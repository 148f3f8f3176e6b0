/** The mark: an open ring, and a line that leaves it and arrives. Drawn in the text's colour; the stop is the signal. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg
      width={size * 1.25}
      height={size}
      viewBox="0 0 30 24"
      fill="none"
      aria-hidden="true"
      focusable="false"
    >
      <path d="M19.1 6.2A9.5 9.5 0 1 0 19.1 17.8" stroke="currentColor" strokeWidth="2.6" />
      <path d="M11.5 12H24" stroke="currentColor" strokeWidth="2.6" />
      <circle cx="26" cy="12" r="3.2" fill="var(--signal)" />
    </svg>
  )
}
