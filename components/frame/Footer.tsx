import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { LanguageSwitch } from './LanguageSwitch.tsx'
import { Mark } from './Mark.tsx'
import { ThemeSwitch } from './ThemeSwitch.tsx'

export function Footer() {
  const t = useTranslations('frame')
  return (
    <footer className="mt-24 border-t border-ink">
      <div className="frame grid gap-x-8 gap-y-10 py-10 md:grid-cols-[2fr_1fr_1fr_1.4fr]">
        <div className="max-w-sm">
          <Mark size={28} />
          <p className="mt-3 text-ink-2">{t('footerLine')}</p>
        </div>
        <FooterList title={t('footerNetwork')}>
          <FooterLink href="/nodes">{t('nodes')}</FooterLink>
          <FooterLink href="/jobs">{t('jobs')}</FooterLink>
          <FooterLink href="/jobs/new">{t('newJob')}</FooterLink>
        </FooterList>
        <FooterList title={t('footerBuild')}>
          <li>
            <a className="link touch" href="/api/health">
              {t('health')}
            </a>
          </li>
          <FooterLink href="/account">{t('account')}</FooterLink>
          <li className="text-ink-3">{t('license')}</li>
        </FooterList>
        <section aria-labelledby="footer-prefs" className="space-y-3">
          <h2 id="footer-prefs" className="label font-normal">
            {t('footerPrefs')}
          </h2>
          <LanguageSwitch />
          <ThemeSwitch />
        </section>
      </div>
    </footer>
  )
}

function FooterList({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section>
      <h2 className="label font-normal">{title}</h2>
      <ul className="mt-2 space-y-1.5">{children}</ul>
    </section>
  )
}

function FooterLink({ href, children }: { href: string; children: React.ReactNode }) {
  return (
    <li>
      <Link href={href} prefetch={false} className="link touch">
        {children}
      </Link>
    </li>
  )
}
