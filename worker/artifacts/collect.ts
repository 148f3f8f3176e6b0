/**
 * The one door through which files leave a job's folder. The folder belongs to the job and is hostile: links are never
 * followed, only regular files are opened, names are checked by the rule for names that cross machines, and everything is
 * bounded. Called when no process of the job is left.
 */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { artifactNameProblem } from '#lib/protocol/artifactName.ts'

export interface CollectLimits {
  readonly files: number
  readonly bytes: number
  /** Of a single file. */
  readonly fileBytes: number
  /** Folders below each other. */
  readonly depth: number
}

export interface Collected {
  /** Sorted by name. The bytes of each lie in the spool under its hash. */
  readonly artifacts: readonly { readonly name: string; readonly sha256: string; readonly bytes: number }[]
  /** What was left behind and why, in words fit for a log. */
  readonly left: readonly string[]
}

const CHUNK = 256 * 1024
/** Entries looked at, folders and refused ones included. */
const MOST_ENTRIES = 20_000

/** A name as it may be shown: what does not print is escaped. */
function shown(name: Buffer): string {
  return JSON.stringify(name.toString('utf8').slice(0, 100)).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The name a file travels under: its own where it is fit to, else one made of its content. */
function travelName(path: Buffer, sha256: string): string {
  const text = path.toString('utf8')
  const isText = Buffer.from(text, 'utf8').equals(path)
  return isText && artifactNameProblem(text) === null ? text : `renamed-${sha256.slice(0, 16)}`
}

async function copyHashed(
  from: FileHandle,
  to: FileHandle,
  most: number,
): Promise<{ sha256: string; bytes: number } | null> {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(CHUNK)
  let bytes = 0
  for (;;) {
    const { bytesRead } = await from.read(buffer, 0, CHUNK, bytes)
    if (bytesRead === 0) return { sha256: hash.digest('hex'), bytes }
    bytes += bytesRead
    if (bytes > most) return null
    const chunk = buffer.subarray(0, bytesRead)
    hash.update(chunk)
    await to.write(chunk)
  }
}

/**
 * Opens what the job closed to itself (mode 0): a worker that is root reads it anyway, and every node must find the same
 * files. The path is no link: the caller has looked, and no process is left to change that.
 */
async function withOwnerRights<T>(path: Buffer, mode: number, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error
    await chmod(path, mode)
    return await action()
  }
}

/** Entries of a folder in byte order, so that every node meets the limits at the same file. */
async function entriesOf(folder: Buffer): Promise<{ name: Buffer; isFile: boolean; isFolder: boolean }[]> {
  const entries = await withOwnerRights(folder, 0o700, () =>
    readdir(folder, { withFileTypes: true, encoding: 'buffer' }),
  )
  return entries
    .map((entry) => ({
      name: entry.name as unknown as Buffer,
      isFile: entry.isFile(),
      isFolder: entry.isDirectory(),
    }))
    .sort((left, right) => Buffer.compare(left.name, right.name))
}

/**
 * Copies what the job wrote below `root` into the folder `spool`, each file named by its hash. `inputs` maps the paths of
 * the files the job was given to their hashes: those still the same are no output. Files beyond the limits, links and
 * special files are left and named.
 */
export async function collectArtifacts(
  root: string,
  inputs: ReadonlyMap<string, string>,
  spool: string,
  limits: CollectLimits,
): Promise<Collected> {
  await mkdir(spool, { recursive: true, mode: 0o700 })
  const artifacts: { name: string; sha256: string; bytes: number }[] = []
  const left: string[] = []
  const taken = new Set<string>()
  let bytesLeft = limits.bytes
  let entriesSeen = 0

  const take = async (path: Buffer): Promise<void> => {
    if (artifacts.length >= limits.files)
      return void left.push(`${shown(path)}: more than ${limits.files} files`)
    let source: FileHandle
    try {
      // O_NONBLOCK: a FIFO that took the file's place would hold us for ever.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
      const whole = Buffer.concat([Buffer.from(`${root}/`), path])
      source = await withOwnerRights(whole, 0o600, () => open(whole, flags))
    } catch (error) {
      return void left.push(
        `${shown(path)}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
      )
    }
    const part = join(spool, `part-${process.pid}-${artifacts.length}`)
    try {
      if (!(await source.stat()).isFile()) return void left.push(`${shown(path)}: not a regular file`)
      const target = await open(part, 'w', 0o600)
      let copied: { sha256: string; bytes: number } | null
      try {
        copied = await copyHashed(source, target, Math.min(bytesLeft, limits.fileBytes))
      } finally {
        await target.close()
      }
      if (copied === null) return void left.push(`${shown(path)}: larger than a result may be`)
      if (inputs.get(path.toString('utf8')) === copied.sha256) return
      const name = travelName(path, copied.sha256)
      if (taken.has(name)) return void left.push(`${shown(path)}: a file named ${name} is there already`)
      taken.add(name)
      bytesLeft -= copied.bytes
      await rename(part, join(spool, copied.sha256))
      artifacts.push({ name, ...copied })
    } finally {
      await source.close()
      await rm(part, { force: true })
    }
  }

  const walk = async (folder: Buffer, depth: number): Promise<void> => {
    for (const entry of await entriesOf(Buffer.concat([Buffer.from(`${root}/`), folder]))) {
      if (++entriesSeen > MOST_ENTRIES) return
      const path = folder.length === 0 ? entry.name : Buffer.concat([folder, Buffer.from('/'), entry.name])
      if (entry.isFile) await take(path)
      else if (!entry.isFolder) left.push(`${shown(path)}: not a regular file`)
      else if (depth >= limits.depth) left.push(`${shown(path)}: too deep`)
      else await walk(path, depth + 1)
    }
  }
  await walk(Buffer.alloc(0), 1)
  if (entriesSeen > MOST_ENTRIES) left.push(`more than ${MOST_ENTRIES} files and folders`)
  artifacts.sort((one, other) => (one.name < other.name ? -1 : 1))
  return { artifacts, left: left.slice(0, 100) }
}
