/** `npm run screenshots`: every page, light and dark, phone and desktop, into screenshots/ (which git ignores). */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './start/build.ts'
import { findChromium } from './test/chromium.ts'

const chromium = await findChromium()
if (chromium === null) {
  console.error('No Chromium was found: sudo apt-get install -y chromium, or npx playwright install chromium')
  process.exit(1)
}
const child = spawn(
  process.execPath,
  [
    join(ROOT, 'node_modules/@playwright/test/cli.js'),
    'test',
    '--grep',
    '@screenshots',
    ...process.argv.slice(2),
  ],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PLAYWRIGHT_CHROMIUM: chromium, SCREENSHOTS: '1' },
  },
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => {
  process.exitCode = code ?? 1
})
