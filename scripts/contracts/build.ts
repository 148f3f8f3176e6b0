/**
 * Compiles the contracts and writes lib/chain/generated/. With `--check` nothing is written: it exits 1 when a committed
 * file differs from what the sources give.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { forgeBuild, generate } from './compile.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const folder = join(root, 'lib/chain/generated')
const check = process.argv.includes('--check')

forgeBuild(root)
const stale: string[] = []
for (const [name, text] of Object.entries(generate(root))) {
  const path = join(folder, name)
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
  stale.push(name)
  if (!check) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path, text)
  }
}
if (check && stale.length > 0) {
  console.error(
    `stale in lib/chain/generated: ${stale.join(', ')}. Run \`npm run contracts:build\` and commit the result.`,
  )
  process.exit(1)
}
console.log(
  stale.length === 0 ? 'contracts: generated files are up to date' : `contracts: wrote ${stale.join(', ')}`,
)
