/**
 * What must outlive this process: for each lease its grant, and once a run has ended what came of it with the salt. Without
 * the salt a sealed member could never reveal and a node could never open its result, so it is on disk before anything is
 * said about it.
 */
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { manifestSchema } from '#lib/protocol/jobSpec.ts'
import { bytes32Schema } from '#lib/protocol/primitives.ts'
import { toWire } from '#lib/protocol/wire.ts'
import { leaseGrantSchema } from '#lib/protocol/workerEvents.ts'
import type { LeaseGrant } from './connection.ts'

const LEASE_ID = /^[A-Za-z0-9_-]{1,40}$/

/** What came of a run, in the words of the messages. */
export const executionSchema = z.strictObject({
  outcome: z.enum(['success', 'failure', 'timeout', 'malicious', 'noData']),
  manifest: manifestSchema,
  detail: z.string(),
  truncated: z.boolean(),
  /** Whole seconds, rounded up, at most the time-out. */
  secondsUsed: z.int().min(0),
})
export type Execution = z.infer<typeof executionSchema>

const keptSchema = z.strictObject({ execution: executionSchema, salt: bytes32Schema })
export type Kept = z.infer<typeof keptSchema>

/** The folder of one lease. */
export interface LeaseFolder {
  readonly grant: LeaseGrant
  /** Where result files lie, each named by its hash. */
  readonly spool: string
  /** What came of an earlier run of this lease, or null when there was none. */
  readonly kept: Kept | null
  /** What opens the lease's contents at the network; a lease that is handed out again has another one. */
  readonly token: string
  /** On disk for good when it resolves. */
  renew(token: string): Promise<void>
  /** On disk for good when it resolves. */
  keep(kept: Kept): Promise<void>
  remove(): Promise<void>
}

async function writeDurably(path: string, text: string): Promise<void> {
  const part = `${path}.part`
  let file: FileHandle | null = null
  try {
    file = await open(part, 'w', 0o600)
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file?.close()
  }
  await rename(part, path)
}

/** Inline contents are left out: they can be had again. */
function writeGrant(folder: string, grant: LeaseGrant): Promise<void> {
  const wire = { ...grant, order: toWire(grant.order), inline: [] }
  return writeDurably(join(folder, 'grant.json'), JSON.stringify(wire))
}

function folderOf(
  root: string,
  grant: LeaseGrant,
  kept: Kept | null,
  granted: Promise<void> = Promise.resolve(),
): LeaseFolder {
  const folder = join(root, grant.leaseId)
  let { token } = grant
  let written = granted
  return {
    grant,
    get token() {
      return token
    },
    renew: async (next) => {
      token = next
      written = written.then(() => writeGrant(folder, { ...grant, token: next }))
      // `keep` waits for it too and hears of a failure; unheard it would end the process.
      written.catch(() => undefined)
      await written
    },
    spool: join(folder, 'files'),
    kept,
    keep: async (next) => {
      await written
      await writeDurably(join(folder, 'kept.json'), JSON.stringify(next))
    },
    remove: async () => {
      // What could not be written need not be removed.
      await written.catch(() => undefined)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export class LeaseStore {
  private readonly root: string

  constructor(home: string) {
    this.root = join(home, 'leases')
  }

  /** Makes a lease's folder. Its inline contents are not kept: they can be had again. */
  async add(grant: LeaseGrant): Promise<LeaseFolder> {
    if (!LEASE_ID.test(grant.leaseId)) throw new Error('not a lease id')
    const folder = join(this.root, grant.leaseId)
    await rm(folder, { recursive: true, force: true })
    await mkdir(join(folder, 'files'), { recursive: true, mode: 0o700 })
    // The job need not wait for the disk: a lease lost with this process is noticed and given to another node.
    const granted = writeGrant(folder, grant)
    // `keep` hears of a failure, before anything is said that would need the disk.
    granted.catch(() => undefined)
    return folderOf(this.root, grant, null, granted)
  }

  /**
   * Leases that an earlier process left unfinished. Leftovers of a write that broke off are removed; a disk that cannot be
   * read throws instead, because a salt removed with its folder can never be revealed again.
   */
  async unfinished(): Promise<LeaseFolder[]> {
    await mkdir(this.root, { recursive: true, mode: 0o700 })
    const found: LeaseFolder[] = []
    for (const name of await readdir(this.root)) {
      try {
        const grant = leaseGrantSchema.parse(
          JSON.parse(await readFile(join(this.root, name, 'grant.json'), 'utf8')),
        )
        if (grant.leaseId !== name) throw new Error('the folder is not that of its lease')
        found.push(folderOf(this.root, grant, await readKept(join(this.root, name, 'kept.json'))))
      } catch (error) {
        if (isOfTheDisk(error)) throw error
        await rm(join(this.root, name), { recursive: true, force: true })
      }
    }
    return found
  }
}

async function readKept(path: string): Promise<Kept | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isOfTheDisk(error)) throw error
    return null
  }
  return keptSchema.parse(JSON.parse(text))
}

/** An error of reading itself; a file that was never written, or a stray file in place of a folder, is none. */
function isOfTheDisk(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code !== undefined && code !== 'ENOENT' && code !== 'ENOTDIR'
}
