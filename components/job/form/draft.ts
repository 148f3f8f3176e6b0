import { artifactNameProblem } from '#lib/protocol/artifactName.ts'
import type { Comparator } from '#lib/protocol/comparators/schema.ts'
import { JOB_LIMITS, type JobSpec, type RuntimeName } from '#lib/protocol/jobSpec.ts'
import type { JobTemplate } from '../templates.ts'

export interface DraftFile {
  readonly path: string
  readonly data: Uint8Array
}

/** What stands in the form: the program as text, other files as bytes, and the terms as the person typed them. */
export interface Draft {
  readonly title: string
  readonly runtime: RuntimeName
  readonly entry: string
  readonly code: string
  readonly files: readonly DraftFile[]
  /** One argument a line. */
  readonly args: string
  readonly stdin: string
  readonly method: Comparator['method']
  readonly tolerance: string
  readonly compareOn: 'stdout' | 'files'
  /** Names of output files, separated by commas. */
  readonly compareFiles: string
  readonly gpuClass: number
  readonly memoryMiB: string
  readonly diskMiB: string
  readonly processes: string
  readonly timeoutSeconds: string
  readonly members: number
  /** oGPU as typed; empty means the network's suggestion. */
  readonly maxPrice: string
}

export const EMPTY_DRAFT: Draft = {
  title: '',
  runtime: 'node',
  entry: 'main.mjs',
  code: '',
  files: [],
  args: '',
  stdin: '',
  method: 'exact',
  tolerance: '1e-6',
  compareOn: 'stdout',
  compareFiles: '',
  gpuClass: 0,
  memoryMiB: '512',
  diskMiB: '256',
  processes: '32',
  timeoutSeconds: '60',
  members: 3,
  maxPrice: '',
}

export function draftFromTemplate(template: JobTemplate, title: string): Draft {
  return {
    ...EMPTY_DRAFT,
    title,
    runtime: template.runtime,
    entry: template.entry,
    code: template.code,
    stdin: template.stdin ?? '',
    method: template.tolerance === null ? 'exact' : 'number',
    tolerance: String(template.tolerance ?? 1e-6),
    compareOn: template.compareFiles === null ? 'stdout' : 'files',
    compareFiles: template.compareFiles?.join(', ') ?? '',
    timeoutSeconds: String(template.timeoutSeconds),
  }
}

/** A form filled from an earlier job. Contents that are not there any more leave the program empty. */
export function draftFromSpec(
  spec: JobSpec,
  contents: ReadonlyMap<string, Uint8Array>,
  comparison: string | null,
): Draft {
  const text = (sha256: string | undefined) => {
    const data = sha256 === undefined ? undefined : contents.get(sha256)
    return data === undefined ? '' : new TextDecoder().decode(data)
  }
  const { comparator, resources } = spec
  const proposed = comparison === null ? null : /^number:(.+)$/.exec(comparison)
  return {
    ...EMPTY_DRAFT,
    title: spec.title,
    runtime: spec.runtime,
    entry: spec.entry,
    code: text(spec.files.find((file) => file.path === spec.entry)?.sha256),
    files: spec.files
      .filter((file) => file.path !== spec.entry)
      .flatMap((file) => {
        const data = contents.get(file.sha256)
        return data === undefined ? [] : [{ path: file.path, data }]
      }),
    args: spec.args.join('\n'),
    stdin: text(spec.stdin?.sha256),
    method: proposed ? 'number' : comparison === 'exact' ? 'exact' : comparator.method,
    tolerance: proposed?.[1] ?? (comparator.method === 'number' ? String(comparator.tolerance) : '1e-6'),
    compareOn: comparator.on.kind,
    compareFiles: comparator.on.kind === 'files' ? comparator.on.names.join(', ') : '',
    gpuClass: resources.gpuClass,
    memoryMiB: String(resources.memoryMiB),
    diskMiB: String(resources.diskMiB),
    processes: String(resources.processes),
    timeoutSeconds: String(resources.timeoutSeconds),
  }
}

const RUNTIME_OF: Readonly<Record<string, RuntimeName>> = {
  py: 'python',
  js: 'node',
  mjs: 'node',
  cjs: 'node',
}

/** The runtime a file name asks for, or null when it is no program we run. */
export function runtimeOfName(path: string): RuntimeName | null {
  return RUNTIME_OF[path.split('.').at(-1)?.toLowerCase() ?? ''] ?? null
}

/** Why bytes cannot be a program: `empty`, `binary`, `large`; null when they can. */
export function programProblem(data: Uint8Array): 'empty' | 'binary' | 'large' | null {
  if (data.length === 0) return 'empty'
  if (data.length > JOB_LIMITS.scriptBytes) return 'large'
  if (data.includes(0)) return 'binary'
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(data)
    return null
  } catch {
    return 'binary'
  }
}

export type Field =
  | 'code'
  | 'entry'
  | 'files'
  | 'tolerance'
  | 'compareFiles'
  | 'memoryMiB'
  | 'diskMiB'
  | 'processes'
  | 'timeoutSeconds'
  | 'title'
  | 'args'
export interface Problem {
  readonly field: Field
  readonly key:
    | 'codeEmpty'
    | 'codeLarge'
    | 'nameRefused'
    | 'nameTwice'
    | 'fileLarge'
    | 'totalLarge'
    | 'tooMany'
    | 'tolerance'
    | 'compareFiles'
    | 'range'
    | 'titleLong'
    | 'tooManyArgs'
  readonly values?: Readonly<Record<string, string | number>>
}

function numberIn(text: string, least: number, most: number): boolean {
  return /^\d{1,9}$/.test(text.trim()) && Number(text) >= least && Number(text) <= most
}

export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line !== '')
export const namesOf = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')

/** Everything that is wrong with a draft, in the order of the form. */
export function problemsOf(draft: Draft): Problem[] {
  const problems: Problem[] = []
  const code = new TextEncoder().encode(draft.code)
  if (draft.title.length > 120) problems.push({ field: 'title', key: 'titleLong' })
  if (draft.code.trim() === '') problems.push({ field: 'code', key: 'codeEmpty' })
  else if (code.length > JOB_LIMITS.scriptBytes) problems.push({ field: 'code', key: 'codeLarge' })
  const paths = [draft.entry, ...draft.files.map((file) => file.path)]
  paths.forEach((path, index) => {
    if (artifactNameProblem(path) !== null)
      problems.push({ field: index === 0 ? 'entry' : 'files', key: 'nameRefused', values: { name: path } })
    if (paths.indexOf(path) !== index)
      problems.push({ field: 'files', key: 'nameTwice', values: { name: path } })
  })
  if (paths.length > JOB_LIMITS.files)
    problems.push({ field: 'files', key: 'tooMany', values: { most: JOB_LIMITS.files } })
  for (const file of draft.files)
    if (file.data.length > JOB_LIMITS.fileBytes)
      problems.push({ field: 'files', key: 'fileLarge', values: { name: file.path } })
  if (draft.files.reduce((sum, file) => sum + file.data.length, code.length) > JOB_LIMITS.totalBytes)
    problems.push({ field: 'files', key: 'totalLarge' })
  if (linesOf(draft.args).length > JOB_LIMITS.arguments)
    problems.push({ field: 'args', key: 'tooManyArgs', values: { most: JOB_LIMITS.arguments } })
  if (draft.method === 'number') {
    const tolerance = Number(draft.tolerance)
    if (!(tolerance > 0 && tolerance <= 1)) problems.push({ field: 'tolerance', key: 'tolerance' })
  }
  if (draft.compareOn === 'files') {
    const names = namesOf(draft.compareFiles)
    if (names.length === 0 || names.some((name) => artifactNameProblem(name) !== null))
      problems.push({ field: 'compareFiles', key: 'compareFiles' })
  }
  for (const [field, range] of [
    ['memoryMiB', JOB_LIMITS.memoryMiB],
    ['diskMiB', JOB_LIMITS.diskMiB],
    ['processes', JOB_LIMITS.processes],
    ['timeoutSeconds', JOB_LIMITS.timeoutSeconds],
  ] as const) {
    if (!numberIn(draft[field], range.least, range.most))
      problems.push({ field, key: 'range', values: range })
  }
  return problems
}
