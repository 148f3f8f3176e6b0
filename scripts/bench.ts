/** `npm run bench -- NAME [--json]`: one measurement beside its peer. Ends with 1 when a ratio misses its goal. */
import { parseArgs } from 'node:util'
import { messageOf } from '#lib/kernel/errors.ts'
import type { Row } from '#tests/bench/rows.ts'
import { keepOutputForJson } from '#tests/chaos/lab.ts'

type Bench = (options: { say: (line: string) => void; keep: boolean }) => Promise<Row[]>

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  dispatch: async () => (await import('#tests/bench/dispatch.ts')).dispatch,
  gas: async () => (await import('#tests/bench/gas.ts')).gas,
}

const print = keepOutputForJson()
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
})
const name = positionals[0] ?? ''
const load = BENCHES[name]
if (load === undefined) {
  say(`usage: npm run bench -- NAME [--json] [--keep]\nbenches: ${Object.keys(BENCHES).join(', ')}`)
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
  process.exit(rows.every(({ holds }) => holds) ? 0 : 1)
} catch (error) {
  say(`the bench broke off: ${messageOf(error)}`)
  process.exit(1)
}
