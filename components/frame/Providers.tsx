'use client'

import { ThemeProvider } from 'next-themes'
import type { ReactNode } from 'react'
import { Toaster } from 'sonner'
import { WalletHost } from '#components/wallet/WalletHost.tsx'

/** What every page needs in the browser: the theme and short notices. The wallet comes later, behind a click. */
export function Providers({ nonce, children }: { nonce: string; children: ReactNode }) {
  return (
    <ThemeProvider
      attribute="class"
      defaultTheme="system"
      enableSystem
      disableTransitionOnChange
      nonce={nonce}
    >
      {children}
      <WalletHost />
      <Toaster
        position="bottom-right"
        toastOptions={{
          style: {
            background: 'var(--ink)',
            color: 'var(--paper)',
            border: 'none',
            borderRadius: '2px',
            fontFamily: 'inherit',
          },
        }}
      />
    </ThemeProvider>
  )
}
