/** What `forge test --json` says. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestRow } from './results.ts'

type Kind = {
  readonly Unit?: unknown
  readonly Fuzz?: { readonly runs: number }
  readonly Invariant?: { readonly runs: number; readonly calls: number }
}
type ForgeTest = {
  readonly status: 'Success' | 'Failure' | 'Skipped'
  readonly reason?: string | null
  readonly kind?: Kind
  readonly duration?: string | { readonly secs: number; readonly nanos: number }
}
export type ForgeReport = Readonly<
  Record<string, { readonly test_results: Readonly<Record<string, ForgeTest>> }>
>

/** The report in forge's output, which may begin with other lines; null when it was cut off or never came. */
export function readForgeReport(output: string): ForgeReport | null {
  const start = output.indexOf('{')
  if (start < 0) return null
  try {
    return JSON.parse(output.slice(start)) as ForgeReport
  } catch {
    return null
  }
}

/** A test's title is its function with what the comment above it says, where cases are named. */
export function forgeRows(root: string, report: ForgeReport): TestRow[] {
  return Object.entries(report).flatMap(([suite, { test_results }]) => {
    const file = suite.slice(0, suite.lastIndexOf(':'))
    const text = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : ''
    return Object.entries(test_results).map(([signature, { status, reason }]): TestRow => {
      const name = signature.slice(0, signature.indexOf('('))
      return {
        title: `${name} ${commentAbove(text, name)}`.trim(),
        file,
        result: status === 'Success' ? 'passed' : status === 'Skipped' ? 'skipped' : 'failed',
        ...(reason ? { reason } : {}),
      }
    })
  })
}

/** What kinds of tests ran, how often, and which took longest. */
export function forgeSummary(report: ForgeReport): string[] {
  const tests = Object.values(report).flatMap(({ test_results }) => Object.entries(test_results))
  const fuzz = tests.flatMap(([, { kind }]) => kind?.Fuzz?.runs ?? [])
  const campaigns = tests.flatMap(([, { kind }]) => kind?.Invariant ?? [])
  const slowest = tests
    .map(([name, test]) => ({ name: name.slice(0, name.indexOf('(')), seconds: secondsOf(test.duration) }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, 5)
  const least = (numbers: readonly number[]): number => Math.min(...numbers)
  return [
    `${tests.length - fuzz.length - campaigns.length} unit tests`,
    ...(fuzz.length > 0 ? [`${fuzz.length} fuzz tests of at least ${least(fuzz)} runs`] : []),
    ...(campaigns.length > 0
      ? [
          `${campaigns.length} invariant campaigns of at least ${least(campaigns.map(({ runs }) => runs))} runs and ` +
            `${least(campaigns.map(({ calls }) => calls))} calls`,
        ]
      : []),
    `longest: ${slowest.map(({ name, seconds }) => `${name} ${seconds.toFixed(1)} s`).join(', ')}`,
  ]
}

/** Forge writes `1m 2s 3ms 4µs 5ns`. */
export function secondsOf(duration: ForgeTest['duration']): number {
  if (duration === undefined) return 0
  if (typeof duration === 'object') return duration.secs + duration.nanos / 1e9
  const units: Readonly<Record<string, number>> = {
    h: 3600,
    m: 60,
    s: 1,
    ms: 1e-3,
    µs: 1e-6,
    us: 1e-6,
    ns: 1e-9,
  }
  let seconds = 0
  for (const [, number, unit] of duration.matchAll(/([\d.]+)\s*(h|ms|m|µs|us|ns|s)/g))
    seconds += Number(number) * (units[unit ?? ''] ?? 0)
  return seconds
}

/** The comment lines right above a Solidity function. */
export function commentAbove(text: string, name: string): string {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => new RegExp(`^\\s*function ${name}\\b`).test(line))
  const words: string[] = []
  for (let i = at - 1; i >= 0; i--) {
    const match = /^\s*(?:\/\/\/?|\/?\*\*?\/?)\s?(.*?)(?:\*\/)?\s*$/.exec(lines[i] ?? '')
    if (!match) break
    words.unshift(match[1] ?? '')
  }
  return words.join(' ')
}
