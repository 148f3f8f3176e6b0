/** `npm run bench -- NAME [--json] [OPTIONS]`: runs tests/bench/NAME.ts and prints its rows. Only a missed ratio fails; absolute aims are printed. */
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

export type BenchRow = {
  readonly id: string
  readonly what: string
  readonly value: number
  readonly unit: string
  /** What is measured beside it in the same run; null when the row has an absolute aim alone. */
  readonly peer: string | null
  readonly peerValue: number | null
  /** value / peerValue. */
  readonly ratio: number | null
  readonly goal: string
  readonly holds: boolean
}

/** What tests/bench/NAME.ts exports by default. */
export type Bench = (args: readonly string[]) => Promise<readonly BenchRow[]>

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()

async function main(): Promise<void> {
  const folder = fileURLToPath(new URL('../tests/bench/', import.meta.url))
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^\w[\w-]*\.ts$/.test(name))
        .map((name) => name.slice(0, -3))
    : []
  const args = process.argv.slice(2)
  const json = args.includes('--json')
  const name = args.find((arg) => !arg.startsWith('--'))
  if (name === undefined || !names.includes(name)) {
    console.error(`usage: npm run bench -- NAME [--json]\nNAME is one of: ${names.join(', ')}`)
    process.exitCode = 2
    return
  }
  const { default: bench } = (await import(pathToFileURL(`${folder}${name}.ts`).href)) as { default: Bench }
  const rows = await bench(args.filter((arg) => arg !== name && arg !== '--json'))
  if (json) process.stdout.write(`${JSON.stringify({ name, rows }, null, 2)}\n`)
  else for (const row of rows) console.log(lineOf(row))
  const missed = rows.filter((row) => row.ratio !== null && !row.holds)
  for (const row of missed)
    console.error(`missed: ${row.id} ${row.what}: ratio ${row.ratio}, goal ${row.goal}`)
  process.exitCode = missed.length > 0 ? 1 : 0
}

function lineOf(row: BenchRow): string {
  const beside =
    row.peer === null ? '' : `, ${row.peer} ${row.peerValue} ${row.unit}, ratio ${row.ratio?.toFixed(2)}`
  return `${row.holds ? '✓' : '✗'} ${row.id} ${row.what}: ${row.value} ${row.unit}${beside} (goal ${row.goal})`
}
