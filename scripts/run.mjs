/**
 * `node scripts/run.mjs FILE.ts [ARGS...]` runs a TypeScript entry in this very process: arguments, signals and exit
 * status are the entry's own, and there is no child that could be orphaned.
 */
import './bootstrap.mjs'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const file = process.argv[2]
if (file === undefined || !existsSync(file)) {
  process.stderr.write('usage: node scripts/run.mjs FILE.ts [ARGS...]\n')
  process.exit(2)
}
const entry = resolve(file)
// The entry sees itself as the program, as if Node had been started with it.
process.argv.splice(1, 2, entry)
// Children that this process forks with its own flags must know TypeScript too.
process.execArgv.push('--import', import.meta.resolve('tsx'))
await import('tsx')
await import(pathToFileURL(entry).href)
