/** What a deep run has come to, and the document that says so. */

export interface DeepTest {
  readonly file: string
  readonly name: string
  readonly passed: boolean
  readonly runs: number
  /** Of a campaign; null for a fuzz test. */
  readonly calls: number | null
  readonly seconds: number
  readonly reason?: string
}

interface Named {
  readonly file: string
  readonly name: string
}

/** The tests without a result, in their order. One that failed has its result: it is not tried until it passes. */
export function nextTests(all: readonly Named[], done: readonly DeepTest[]): Named[] {
  return all.filter(({ file, name }) => !done.some((one) => one.file === file && one.name === name))
}

export function deepDocument(
  seed: string,
  date: string,
  all: readonly Named[],
  done: readonly DeepTest[],
): string {
  const left = nextTests(all, done)
  const failed = done.filter(({ passed }) => !passed)
  const verdict =
    failed.length > 0
      ? `**${failed.length} failed**, ${done.length - failed.length} passed, ${left.length} were not run.`
      : left.length > 0
        ? `${done.length} passed, **${left.length} of ${all.length} were not run**: the run was ended before.`
        : `All ${all.length} passed.`
  const rows = done.map(
    ({ name, passed, runs, calls, seconds, reason }) =>
      `| ${name} | ${passed ? 'passed' : `FAILED ${reason ?? ''}`} | ${runs.toLocaleString('en-US')} | ${calls?.toLocaleString('en-US') ?? ''} | ${seconds} |`,
  )
  return `# Tests of the contracts

| command | what it runs |
| --- | --- |
| \`npx forge test\` | unit tests, 128 fuzz runs, campaigns of 16 runs of 64 calls; while developing |
| \`npm run test:contracts\` | the same with 2,000 fuzz runs and 256 runs of 64 calls, and the gas table at 2%; part of \`npm test\` |
| \`npm run test:contracts:coverage\` | lines and branches of our own contracts, each file at least 98% |
| \`npm run test:contracts:mutants\` | money lines broken one at a time; every one must be caught |
| \`npm run test:contracts:deep\` | 50,000 fuzz runs and campaigns of 1,000 runs of 100 calls; goes on where it was ended |

## The last deep run

Seed \`${seed}\`, ended ${date}. ${verdict}

Again: \`npm run test:contracts:deep -- --seed ${seed}\`. Written by that command.

| test | result | runs | calls | seconds |
| --- | --- | ---: | ---: | ---: |
${rows.join('\n')}
${left.length > 0 ? `\nNot run: ${left.map(({ name }) => name).join(', ')}.\n` : ''}`
}
