/** Gathers the files of a job from disk, with the same limits the network has, so that a mistake is told before anything is sent. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, extname, join, relative, sep } from 'node:path'
import { artifactNameProblem } from '../lib/protocol/artifactName.ts'
import { JOB_LIMITS, type RuntimeName } from '../lib/protocol/jobSpec.ts'
import { usage } from './exit.ts'

export interface LocalFile {
  readonly path: string
  readonly sha256: string
  readonly data: Uint8Array<ArrayBuffer>
}

export interface Program {
  readonly entry: string
  readonly runtime: RuntimeName
  readonly files: LocalFile[]
}

const RUNTIME_BY_EXTENSION: Record<string, RuntimeName> = {
  '.py': 'python',
  '.js': 'node',
  '.mjs': 'node',
  '.cjs': 'node',
}
const ENTRIES = [
  'main.py',
  'main.mjs',
  'main.js',
  'index.mjs',
  'index.js',
  'main.cjs',
  'index.cjs',
  '__main__.py',
]
const SKIPPED_FOLDERS = new Set(['node_modules', '.git', '__pycache__', '.venv'])

/** Reads one file with its hash; refuses what is missing, too large, or has a name that cannot travel. */
export function readLocalFile(onDisk: string, asPath: string): LocalFile {
  let size: number
  try {
    const stat = statSync(onDisk)
    if (!stat.isFile()) throw usage(`${onDisk} is not a file.`)
    size = stat.size
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw usage(`${onDisk} does not exist.`)
    throw error
  }
  if (size > JOB_LIMITS.fileBytes)
    throw usage(`${onDisk} has ${size} bytes; a file may have at most ${JOB_LIMITS.fileBytes}.`)
  const problem = artifactNameProblem(asPath)
  if (problem !== null) throw usage(`${asPath} cannot be sent: ${problem}.`)
  const data = Uint8Array.from(readFileSync(onDisk))
  return { path: asPath, sha256: createHash('sha256').update(data).digest('hex'), data }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory())
      return SKIPPED_FOLDERS.has(entry.name) ? [] : filesBelow(join(folder, entry.name))
    return entry.isFile() ? [join(folder, entry.name)] : []
  })
}

/** The program named on the command line: a script, or a folder with main.py, main.js, index.js and the like. */
export function readProgram(path: string, runtime: RuntimeName | undefined): Program {
  const isFolder = (() => {
    try {
      return statSync(path).isDirectory()
    } catch {
      throw usage(`${path} does not exist.`)
    }
  })()
  const files = isFolder
    ? filesBelow(path).map((file) =>
        readLocalFile(file, relative(path, file).split(sep).join('/').normalize('NFC')),
      )
    : [readLocalFile(path, basename(path).normalize('NFC'))]
  if (files.length === 0) throw usage(`${path} has no files.`)
  if (files.length > JOB_LIMITS.files)
    throw usage(`${path} has ${files.length} files; a job may have at most ${JOB_LIMITS.files}.`)
  const entry = isFolder ? ENTRIES.find((name) => files.some((file) => file.path === name)) : files[0]?.path
  if (entry === undefined)
    throw usage(`${path} has none of ${ENTRIES.join(', ')}; name the script itself instead.`)
  const guessed = runtime ?? RUNTIME_BY_EXTENSION[extname(entry).toLowerCase()]
  if (guessed === undefined)
    throw usage(
      `${entry} is neither Python (.py) nor Node.js (.js, .mjs, .cjs); say which with --runtime python or --runtime node.`,
    )
  return { entry, runtime: guessed, files }
}
