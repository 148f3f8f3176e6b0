/** The data folder: who holds it, its keys, and what lies where. */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import type { Hex } from '#lib/kernel/ids.ts'
import { endStrangerByEnvironment } from '#lib/process/embedded/leftover.ts'
import { movePostgresFolder } from '#lib/process/embedded/postgres.ts'
import { StepFailed } from './progress.ts'
import { readRunFile } from './runFile.ts'

export const NODES = 6

/** Keys of this network that are not a node's or an owner's. */
export const KEY_NAMES = ['relayer', 'auctioneer', 'customer', 'treasury'] as const
export type KeyName = (typeof KEY_NAMES)[number]

/** Takes the folder for this process. Throws when a living start holds it already, or when it cannot be written. */
export function takeHome(home: string): () => void {
  try {
    makeFolder(home, 0o755)
    makeFolder(join(home, 'keys'), 0o700)
    makeFolder(join(home, 'logs'), 0o755)
    for (const folder of [home, join(home, 'keys'), join(home, 'logs')]) accessSync(folder, constants.W_OK)
  } catch (error) {
    throw new StepFailed(
      `The data folder ${home} cannot be used (${(error as NodeJS.ErrnoException).code}): this user must be able to make and write it. Set OPENGPU_HOME to another folder, for example OPENGPU_HOME=~/opengpu npm start.`,
    )
  }
  const file = join(home, 'supervisor.pid')
  const holder = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  if (holder !== '' && Number(holder) !== process.pid && isSupervisor(holder)) {
    throw new StepFailed(
      `The network in ${home} is running already (process ${holder}). Open its address, stop it with Ctrl-C where it runs, or set OPENGPU_HOME to another folder for a second one.`,
    )
  }
  writeFileSync(file, String(process.pid))
  return () => rmSync(file, { force: true })
}

/** One by one: the recursive form of mkdir never returns where a parent exists and takes no folder, as below /proc. */
function makeFolder(path: string, mode: number): void {
  if (existsSync(path) && statSync(path).isDirectory()) return
  if (dirname(path) !== path) makeFolder(dirname(path), 0o755)
  mkdirSync(path, { mode })
}

/**
 * Ends server and nodes of an earlier start that was killed, when they are still there (their guard ends them too, but
 * may have been killed with it). Database and chain are looked after where they are started.
 */
export async function endLeftovers(home: string): Promise<void> {
  const last = readRunFile(home)
  if (last === null) return
  const pids = [...last.nodes, last.server].filter((pid) => pid !== null)
  await Promise.all(pids.map((pid) => endStrangerByEnvironment(pid, `=${home}`, 'SIGTERM')))
}

function isSupervisor(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('scripts/start.ts')
  } catch {
    return false
  }
}

/** The account of a key file, made with mode 0600 at first use. */
export function keyAt(file: string): PrivateKeyAccount {
  if (!existsSync(file)) {
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 })
    writeFileSync(file, `${generatePrivateKey()}\n`, { mode: 0o600, flag: 'wx' })
  }
  return privateKeyToAccount(readFileSync(file, 'utf8').trim() as Hex)
}

export function keyFile(home: string, name: KeyName): string {
  return join(home, 'keys', `${name}.key`)
}

export function nodeFolder(home: string, index: number): string {
  return join(home, 'nodes', String(index))
}

/** What belongs to one generation of the contracts. Keys stay: they are worth nothing without it. */
const OF_A_GENERATION = ['chain', 'artifacts', 'deployment.json', 'network.json', 'run.json']

/** Moves the data of an earlier generation of the contracts into a folder of its own and returns that folder. */
export function setAside(home: string): string {
  const count = readdirSync(home).filter((name) => name.startsWith('earlier-')).length
  const place = join(home, `earlier-${count + 1}`)
  mkdirSync(place, { mode: 0o755 })
  for (const name of OF_A_GENERATION) {
    if (existsSync(join(home, name))) renameSync(join(home, name), join(place, name))
  }
  movePostgresFolder(join(home, 'postgres'), join(place, 'postgres'))
  return place
}
