/**
 * `npm run chaos -- [--jobs N] [--seed S] [--json]` kills and stops parts of a running network at random and counts what became of the jobs.
 * `npm run chaos -- --faults [--json]` runs nodes that misbehave, one fault at a time, and compares every balance with the outcome table.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

export type ChaosOptions = {
  readonly jobs: number
  readonly seed: number
  readonly log: (line: string) => void
}

/** What tests/chaos/*.ts export by default. `ok` decides the exit status, `report` is what --json prints. */
export type Chaos = (
  options: ChaosOptions,
) => Promise<{ readonly ok: boolean; readonly report: Readonly<Record<string, unknown>> }>

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      jobs: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      faults: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const jobs = Number(values.jobs ?? (values.faults ? 200 : 300))
  const seed = Number(values.seed)
  if (!Number.isInteger(jobs) || jobs < 1 || !Number.isInteger(seed)) {
    console.error('usage: npm run chaos -- [--faults] [--jobs N] [--seed S] [--json]')
    process.exitCode = 2
    return
  }
  const file = new URL(`../tests/chaos/${values.faults ? 'faults' : 'kill'}.ts`, import.meta.url)
  const { default: run } = (await import(file.href)) as { default: Chaos }
  const { ok, report } = await run({ jobs, seed, log: (line) => process.stderr.write(`${line}\n`) })
  process.stdout.write(`${JSON.stringify(report, null, values.json ? 2 : 0)}\n`)
  process.exitCode = ok ? 0 : 1
}
