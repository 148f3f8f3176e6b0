/** `npm run db:check`: whether drizzle/ is what lib/db/schema makes. It lets the generator write into a copy and compares. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
// Inside the checkout, because the generator takes paths from the working folder.
const folder = mkdtempSync(join(root, 'node_modules', '.db-check-'))
try {
  cpSync(join(root, 'drizzle'), join(folder, 'drizzle'), { recursive: true })
  const config = join(folder, 'drizzle.config.json')
  const out = join(folder, 'drizzle').slice(root.length)
  writeFileSync(
    config,
    JSON.stringify({ dialect: 'postgresql', schema: './lib/db/schema/*.ts', out: `./${out}` }),
  )
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/drizzle-kit/bin.cjs'), 'generate', `--config=${config}`],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const before = readdirSync(join(root, 'drizzle')).sort().join()
  if (readdirSync(join(folder, 'drizzle')).sort().join() !== before) {
    console.error(
      'drizzle/ is not what lib/db/schema makes: run `npm run db:generate` and commit the new migration.',
    )
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
