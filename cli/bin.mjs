#!/usr/bin/env node
// The `opengpu` command. TypeScript runs through tsx, which the clone has after its first `npm start` or `npm install`.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const root = new URL('..', import.meta.url)
if (!existsSync(new URL('node_modules/tsx', root))) {
  console.error(
    'opengpu: the packages are not installed yet. Run `npm start` (or `npm install`) in the clone first.',
  )
  process.exit(3)
}
const child = spawn(
  process.execPath,
  [
    '--import',
    new URL('node_modules/tsx/dist/loader.mjs', root).href,
    fileURLToPath(new URL('main.ts', import.meta.url)),
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 1)))
