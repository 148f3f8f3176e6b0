import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import { NextIntlClientProvider } from 'next-intl'
import { getLocale, getTranslations } from 'next-intl/server'
import type { ReactNode } from 'react'
import { Footer } from '#components/frame/Footer.tsx'
import { Header } from '#components/frame/Header.tsx'
import { Providers } from '#components/frame/Providers.tsx'
import { getFrame } from '#lib/web/frame.ts'
import { grotesk, mono } from './fonts.ts'
import './globals.css'

export async function generateMetadata(): Promise<Metadata> {
  const meta = await getTranslations('meta')
  return {
    title: { default: meta('title'), template: `%s · ${meta('name')}` },
    description: meta('description'),
    applicationName: meta('name'),
  }
}

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f3f5f5' },
    { media: '(prefers-color-scheme: dark)', color: '#0e1214' },
  ],
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [locale, t, requestHeaders, frame] = await Promise.all([
    getLocale(),
    getTranslations('frame'),
    headers(),
    getFrame(),
  ])
  return (
    <html lang={locale} className={`${grotesk.variable} ${mono.variable}`} suppressHydrationWarning>
      <body className="flex flex-col">
        <NextIntlClientProvider>
          <Providers nonce={requestHeaders.get('x-nonce') ?? ''}>
            <a className="skip" href="#main">
              {t('skip')}
            </a>
            <Header {...frame} />
            <main id="main" tabIndex={-1} className="flex-1 outline-none">
              {children}
            </main>
            <Footer />
          </Providers>
        </NextIntlClientProvider>
      </body>
    </html>
  )
}
