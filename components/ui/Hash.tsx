import Link from 'next/link'
import { CopyButton } from './CopyButton.tsx'

/** A hash or an address, shortened in the middle; the whole is in the title and can be copied. */
export function Hash({
  value,
  href,
  copy = false,
  what = 'hash',
  className = '',
}: {
  value: string
  href?: string
  copy?: boolean
  what?: string
  className?: string
}) {
  const short = shorten(value)
  const text = (
    <code title={value} className={className}>
      {short}
    </code>
  )
  return (
    <span className="inline-flex items-center gap-0.5 whitespace-nowrap">
      {href ? (
        <Link href={href} className="link" prefetch={false}>
          {text}
        </Link>
      ) : (
        text
      )}
      {copy ? <CopyButton text={value} what={what} /> : null}
    </span>
  )
}

export function TransactionLink({ hash, className }: { hash: string; className?: string }) {
  return (
    <Hash value={hash} href={`/explorer/tx/${hash}`} {...(className === undefined ? {} : { className })} />
  )
}

/** 0x1234…cdef; short texts stay whole. */
export function shorten(value: string): string {
  return value.length > 14 ? `${value.slice(0, 6)}…${value.slice(-4)}` : value
}
