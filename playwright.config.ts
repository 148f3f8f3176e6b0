import { chmodSync, mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from '@playwright/test'

/**
 * Tests in a real browser against the real network. With OPENGPU_URL they use the one that runs there; else they start
 * one of their own in a temporary folder on a free port.
 */
async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

// This file is read again by every test process; what it chose the first time is in the environment.
if (!process.env.OPENGPU_URL && !process.env.E2E_PORT) {
  process.env.E2E_PORT = String(await freePort())
  process.env.E2E_HOME = mkdtempSync(join(tmpdir(), 'opengpu-browser-'))
  // As root the database runs as another user, who must be able to reach its folder inside.
  chmodSync(process.env.E2E_HOME, 0o755)
}
const baseURL = process.env.OPENGPU_URL ?? `http://127.0.0.1:${process.env.E2E_PORT}`

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  fullyParallel: false,
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  // Pictures are made on demand: they are looked at, not compared.
  ...(process.env.SCREENSHOTS ? {} : { grepInvert: /@screenshots/ }),
  use: {
    baseURL,
    locale: 'en',
    trace: 'retain-on-failure',
    launchOptions: {
      ...(process.env.PLAYWRIGHT_CHROMIUM ? { executablePath: process.env.PLAYWRIGHT_CHROMIUM } : {}),
      args: [
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        // Containers give little shared memory, and a browser that runs out of it drops style sheets without a word.
        '--disable-dev-shm-usage',
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
    },
  },
  ...(process.env.OPENGPU_URL
    ? {}
    : {
        webServer: {
          command: `${JSON.stringify(process.execPath)} scripts/run.mjs scripts/start.ts`,
          url: `${baseURL}/api/health`,
          timeout: 240_000,
          gracefulShutdown: { signal: 'SIGTERM' as const, timeout: 60_000 },
          env: {
            ...(process.env as Record<string, string>),
            PORT: process.env.E2E_PORT ?? '',
            OPENGPU_HOME: process.env.E2E_HOME ?? '',
          },
        },
      }),
})
