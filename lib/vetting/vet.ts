import type { RuntimeName } from '#lib/protocol/jobSpec.ts'
import { RUNTIMES } from '#lib/protocol/jobSpec.ts'
import type { Reason, Verdict } from '#lib/protocol/verdict.ts'
import { nodeBuiltins } from './analyse.ts'
import { contentHash, sha256Of } from './contentHash.ts'
import { excerptOf } from './excerpt.ts'
import { readScripts } from './reader.ts'
import { decide, heaviestFirst } from './rules/decide.ts'
import {
  dataFileProblem,
  declaredEncodingProblem,
  entryProblem,
  type FileProblem,
  isScript,
  scriptBytesProblem,
  scriptSizeProblem,
} from './rules/files.ts'
import { missingNodeModules, missingPythonModules } from './rules/missingModules.ts'
import { pickleProblem } from './rules/pickle.ts'

const MOST_REASONS = 100

export interface VetInput {
  runtime: RuntimeName
  entry: string
  files: readonly { path: string; bytes: Uint8Array }[]
  /** Top-level modules that live Python nodes announce; null when none is known, then nothing counts as missing. */
  announcedModules: ReadonlySet<string> | null
}

/**
 * Judges a job's content. The verdict is bound to the content by `contentHash` and is the same for the same input.
 *
 * Never throws on any content; throws AppError `vetting-unavailable` when the reader cannot work, and then the job waits.
 */
export async function vet(input: VetInput): Promise<Verdict> {
  const reasons: Reason[] = []
  const missing: string[] = []
  const files = input.files.map(({ path, bytes }) => ({ path, sha256: sha256Of(bytes) }))
  const verdict = (): Verdict => ({
    decision: decide(reasons),
    reasons: heaviestFirst(reasons, MOST_REASONS),
    contentHash: contentHash({ runtime: input.runtime, entry: input.entry, files }),
    missingModules: [...new Set(missing)].slice(0, 200),
  })
  const about = (problem: FileProblem, file: string | null) =>
    reasons.push({ ...problem, file, line: null, column: null, excerpt: '' })

  if (!(RUNTIMES as readonly string[]).includes(input.runtime)) {
    about(
      {
        rule: 'unknown-runtime',
        severity: 'reject',
        message: `There is no runtime ${String(input.runtime).slice(0, 40)}; there are ${RUNTIMES.join(' and ')}.`,
      },
      null,
    )
    return verdict()
  }
  const entry = input.files.find((file) => file.path === input.entry)
  if (entry === undefined) {
    about(
      {
        rule: 'missing-entry',
        severity: 'reject',
        message: `The job has no file ${input.entry.slice(0, 100)}.`,
      },
      null,
    )
    return verdict()
  }

  const scripts: { path: string; text: string }[] = []
  for (const file of input.files) {
    const isEntry = file === entry
    if (!isEntry && !isScript(input.runtime, file.path)) {
      const problem = dataFileProblem(file.path, file.bytes) ?? pickleProblem(file.path, file.bytes)
      if (problem !== null) about(problem, file.path)
      continue
    }
    const problem =
      (isEntry
        ? entryProblem(input.runtime, file.path, file.bytes.length)
        : scriptSizeProblem(file.bytes.length)) ?? scriptBytesProblem(file.bytes)
    if (problem !== null) {
      about(problem, file.path)
      continue
    }
    const text = decode(file.bytes)
    if (text === null) {
      about(
        {
          rule: 'bad-encoding',
          severity: 'hold',
          message: 'The script is not valid UTF-8, so people and machines may read it differently.',
        },
        file.path,
      )
    }
    const declared =
      input.runtime === 'python'
        ? declaredEncodingProblem(text ?? new TextDecoder('latin1').decode(file.bytes))
        : null
    if (declared !== null) about(declared, file.path)
    scripts.push({ path: file.path, text: text ?? new TextDecoder().decode(file.bytes) })
  }
  if (decide(reasons) === 'reject') return verdict()

  const language = input.runtime === 'python' ? 'python' : 'javascript'
  const analyses = await readScripts(scripts.map((script) => ({ ...script, language })))
  if (analyses === null) {
    about(
      {
        rule: 'too-complex',
        severity: 'hold',
        message: 'The scripts take too long to read. Keep data in input files and expressions small.',
      },
      input.entry,
    )
    return verdict()
  }
  const paths = input.files.map((file) => file.path)
  for (const [i, { path, analysis }] of analyses.entries()) {
    const lines = (scripts[i]?.text ?? '').split('\n')
    const excerpt = (line: number, column: number, asciiOnly = false) =>
      excerptOf(lines[line - 1] ?? '', column, asciiOnly)
    for (const { place, ...finding } of analysis.findings) {
      reasons.push({
        ...finding,
        message: finding.message.slice(0, 500),
        file: path,
        ...place,
        excerpt: excerpt(place.line, place.column, finding.rule === 'look-alike-name'),
      })
    }
    const absent =
      input.runtime === 'node'
        ? missingNodeModules(analysis.imports, path, paths, nodeBuiltins)
        : input.announcedModules === null
          ? []
          : missingPythonModules(analysis.imports, paths, input.announcedModules)
    for (const { module, place } of absent) {
      missing.push(module.slice(0, 256))
      reasons.push({
        rule: 'missing-module',
        severity: 'reject',
        message: `No live node has the module ${module.slice(0, 100)}, and the job does not bring it.`,
        file: path,
        ...place,
        excerpt: excerpt(place.line, place.column),
      })
    }
  }
  return verdict()
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
