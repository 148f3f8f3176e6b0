/**
 * `npm run bench -- NAME [--json]`: one measurement beside its peer. Ends with 1 when a row misses its goal or ceiling.
 * `gas --write` also writes docs/gas.md; `gas --check` instead ends with 1 when a row is 2% away from it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { messageOf } from '#lib/kernel/errors.ts'
import { gasChanges, gasDocument } from '#tests/bench/gas/document.ts'
import type { Row } from '#tests/bench/rows.ts'
import { keepOutputForJson } from '#tests/chaos/lab.ts'
import { forgeBuild } from './contracts/compile.ts'

type Bench = (options: { say: (line: string) => void; keep: boolean }) => Promise<Row[]>

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  dispatch: async () => (await import('#tests/bench/dispatch.ts')).dispatch,
  gas: async () => (await import('#tests/bench/gas.ts')).gas,
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const GAS_DOCUMENT = join(ROOT, 'docs/gas.md')
const GAS_TOLERANCE = 0.02

const print = keepOutputForJson()
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
})
const name = positionals[0] ?? ''
// What it measures is compiled, so that it is what the sources say now.
if (name === 'gas') forgeBuild(ROOT, ['contracts/src', 'contracts/test'])
const load = BENCHES[name]
if (load === undefined) {
  say(
    `usage: npm run bench -- NAME [--json] [--keep] [--write | --check]\nbenches: ${Object.keys(BENCHES).join(', ')}`,
  )
  process.exit(2)
}
try {
  const bench = await load()
  const rows = await bench({ say, keep: values.keep })
  if (values.json) print({ name, rows })
  for (const { what, value, unit, peer, peerValue, ratio, goal, ceiling, holds } of rows) {
    const beside = peer === null ? '' : `; ${peer}: ${peerValue} ${unit}, ratio ${ratio}`
    const asked = [goal, ceiling === null ? null : `at most ${ceiling}`].filter((part) => part !== null)
    say(
      `${holds ? 'ok  ' : 'MISS'} ${what}: ${value} ${unit}${beside}${asked.length > 0 ? ` (goal: ${asked.join(', ')})` : ''}`,
    )
  }
  let holds = rows.every((row) => row.holds)
  if (name === 'gas' && values.write) writeFileSync(GAS_DOCUMENT, gasDocument(rows))
  if (name === 'gas' && values.check) {
    const changes = gasChanges(rows, readFileSync(GAS_DOCUMENT, 'utf8'), GAS_TOLERANCE)
    for (const change of changes) say(`not as docs/gas.md says: ${change}`)
    if (changes.length > 0) say('If it is meant: npm run bench -- gas --write')
    holds &&= changes.length === 0
  }
  process.exit(holds ? 0 : 1)
} catch (error) {
  say(`the bench broke off: ${messageOf(error)}`)
  process.exit(1)
}
