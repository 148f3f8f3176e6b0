import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { AccountSlot } from './AccountSlot.tsx'
import { Mark } from './Mark.tsx'
import { NavLinks } from './NavLinks.tsx'

export function Header({
  address,
  embedded,
  admin,
}: {
  address: string | null
  embedded: boolean
  admin: boolean
}) {
  const t = useTranslations('frame')
  return (
    <header className="sticky top-0 z-40 border-b border-line bg-paper">
      <div className="frame flex h-14 items-center gap-4 md:gap-8">
        <Link href="/" className="touch flex items-center gap-2 whitespace-nowrap" aria-label={t('home')}>
          <Mark size={22} />
          <span className="text-[1.0625rem] font-[680] tracking-[-0.02em] [font-stretch:106%]">
            OpenGPU<span className="hidden font-[420] text-ink-2 lg:inline"> Network</span>
          </span>
        </Link>
        <NavLinks admin={admin} />
        <AccountSlot address={address} embedded={embedded} />
      </div>
    </header>
  )
}
