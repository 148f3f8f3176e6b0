/**
 * `npm run chaos -- --jobs N --seed S [--json]`: honest jobs while parts of the network die.
 * `npm run chaos -- --faults [--jobs N] [--json]`: dishonest nodes, and what each costs whom.
 */
import { parseArgs } from 'node:util'
import { messageOf } from '#lib/kernel/errors.ts'
import { keepOutputForJson } from '#tests/chaos/lab.ts'

const USAGE = `usage: npm run chaos -- [--jobs N] [--seed S] [--faults] [--only FAULT] [--patience SECONDS] [--keep] [--json]`
const LEAST_SETTLED = 0.95

const print = keepOutputForJson()
const began = performance.now()
const say = (line: string): void =>
  void process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} ${line}\n`)

const { values } = parseArgs({
  options: {
    jobs: { type: 'string' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'boolean', default: false },
    only: { type: 'string' },
    patience: { type: 'string', default: '900' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const whole = (text: string): number => {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) {
    process.stderr.write(`"${text}" is not a whole number above 0.\n${USAGE}\n`)
    process.exit(2)
  }
  return number
}

try {
  const passed = values.faults ? await runFaults() : await runStorm()
  process.exit(passed ? 0 : 1)
} catch (error) {
  say(`the run broke off: ${messageOf(error)}`)
  process.exit(1)
}

async function runStorm(): Promise<boolean> {
  const { storm } = await import('#tests/chaos/storm.ts')
  const report = await storm({
    jobs: whole(values.jobs ?? '300'),
    seed: whole(values.seed),
    patience: whole(values.patience),
    keep: values.keep,
    say,
  })
  if (values.json) print(report)
  else say(JSON.stringify(report, null, 2))
  return (
    report.settled >= LEAST_SETTLED * report.jobs &&
    report.lost + report.paidTwice + report.stuck + report.violations.length === 0
  )
}

async function runFaults(): Promise<boolean> {
  const { faults } = await import('#tests/chaos/faults.ts')
  const report = await faults({
    jobs: whole(values.jobs ?? '200'),
    only: values.only ?? null,
    keep: values.keep,
    say,
  })
  if (values.json) print(report)
  else say(JSON.stringify(report, null, 2))
  return report.asExpected && report.honestLoss === '0'
}
