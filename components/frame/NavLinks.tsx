'use client'

import { Menu, X } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useEffect, useState } from 'react'
import { cn } from '#components/ui/cn.ts'

const LINKS = [
  { href: '/jobs/new', key: 'newJob' },
  { href: '/jobs', key: 'jobs' },
  { href: '/nodes', key: 'nodes' },
  { href: '/account', key: 'account' },
  { href: '/ops', key: 'ops' },
] as const

/** The link whose section the reader is in. /jobs/new is its own; every other page below /jobs is "jobs". */
function current(path: string): string | null {
  if (path === '/jobs/new') return '/jobs/new'
  return (
    LINKS.find(
      (link) => link.href !== '/jobs/new' && (path === link.href || path.startsWith(`${link.href}/`)),
    )?.href ?? null
  )
}

export function NavLinks({ admin }: { admin: boolean }) {
  const t = useTranslations('frame')
  const path = usePathname()
  const here = current(path)
  const links = LINKS.filter((link) => admin || link.href !== '/ops')
  const [open, setOpen] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes when the page changes
  useEffect(() => setOpen(false), [path])
  useEffect(() => {
    if (!open) return
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && setOpen(false)
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [open])
  return (
    <>
      <nav aria-label={t('nav')} className="hidden h-full flex-1 md:block">
        <ul className="flex h-full gap-6">
          {links.map((link) => (
            <li key={link.href} className="h-full">
              <Link
                href={link.href}
                aria-current={here === link.href ? 'page' : undefined}
                className={cn(
                  'relative flex h-full items-center text-[0.9375rem] text-ink-2 hover:text-ink',
                  here === link.href &&
                    'font-[560] text-ink after:absolute after:inset-x-0 after:-bottom-px after:h-[3px] after:bg-signal',
                )}
              >
                {t(link.key)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="order-last ml-auto md:hidden">
        <button
          type="button"
          className="touch flex size-11 items-center justify-center"
          aria-expanded={open}
          aria-controls="menu"
          aria-label={open ? t('closeMenu') : t('menu')}
          onClick={() => setOpen(!open)}
        >
          {open ? <X className="size-5" aria-hidden /> : <Menu className="size-5" aria-hidden />}
        </button>
        {open ? (
          <nav
            id="menu"
            aria-label={t('nav')}
            className="rise absolute inset-x-0 top-14 border-b border-ink bg-paper"
          >
            <ul className="frame py-2">
              {links.map((link) => (
                <li key={link.href} className="border-b border-line last:border-0">
                  <Link
                    href={link.href}
                    aria-current={here === link.href ? 'page' : undefined}
                    className="flex min-h-13 items-center gap-3 text-head font-[560]"
                  >
                    <span
                      aria-hidden
                      className={cn(
                        'size-2.5 rounded-full border-2 border-ink',
                        here === link.href && 'border-signal bg-signal',
                      )}
                    />
                    {t(link.key)}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
        ) : null}
      </div>
    </>
  )
}
