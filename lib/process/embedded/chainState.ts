/**
 * The embedded chain's state on disk. The chain itself writes its state when it ends cleanly, and in place; a kill in
 * between would cost everything since the start, a kill while writing would cost the chain. So its state is asked for
 * after every block (never more than a quarter of the time) and written beside the old file, which it then replaces.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { rpc } from './rpc.ts'

const unzip = promisify(gunzip)

/** Least milliseconds between two dumps. */
const SHORTEST_PAUSE = 150
/** A dump that took t milliseconds is followed by a pause of this many t. */
const PAUSE_FACTOR = 3

export type ChainFiles = { readonly kept: string; readonly onExit: string }

export function chainFiles(folder: string): ChainFiles {
  return { kept: join(folder, 'state.json'), onExit: join(folder, 'state-on-exit.json') }
}

type State = {
  best_block_number?: string | number
  blocks?: { header: { number: string; timestamp: string } }[]
}

/**
 * Before a start: takes the newer of the two files, when it is whole, and leaves one first block in it. The chain makes
 * a new first block at each start and keeps the old ones beside it; which one it then shows as number 0 is left to
 * chance, and with it everything that names the chain by its first block.
 */
export function prepareState(files: ChainFiles): void {
  const kept = readState(files.kept)
  const onExit = readState(files.onExit)
  const newest = onExit && heightOf(onExit) >= (kept ? heightOf(kept) : -1n) ? onExit : kept
  forgetHalfWritten(files.kept)
  if (newest === null) {
    // Nothing to begin from, and nothing whole to lose.
    rmSync(files.kept, { force: true })
    rmSync(files.onExit, { force: true })
    return
  }
  const firsts = (newest.blocks ?? []).filter(isFirst)
  if (newest === kept && firsts.length <= 1) {
    rmSync(files.onExit, { force: true })
    return
  }
  const oldest = firsts.reduce(
    (a, b) => (BigInt(b.header.timestamp) < BigInt(a.header.timestamp) ? b : a),
    firsts[0] as Block,
  )
  const blocks = (newest.blocks ?? []).filter((block) => !isFirst(block) || block === oldest)
  writeWhole(files.kept, JSON.stringify({ ...newest, blocks }), 0o600)
  rmSync(files.onExit, { force: true })
}

function forgetHalfWritten(file: string): void {
  for (const name of readdirSync(dirname(file)))
    if (name.endsWith('.new')) rmSync(join(dirname(file), name), { force: true })
}

type Block = NonNullable<State['blocks']>[number]

function isFirst(block: Block): boolean {
  return BigInt(block.header.number) === 0n
}

function heightOf(state: State): bigint {
  return BigInt(state.best_block_number ?? -1)
}

/** A whole state file; null when it is missing or was cut off. */
function readState(file: string): State | null {
  try {
    const state = JSON.parse(readFileSync(file, 'utf8')) as State
    return state.best_block_number === undefined ? null : state
  } catch {
    return null
  }
}

let writes = 0

/** Asks the chain for its state and puts it in place of `file`. */
export async function saveState(http: string, file: string): Promise<void> {
  const packed = await rpc<string>(http, 'anvil_dumpState', [], 120_000)
  const bytes = Buffer.from(packed.slice(2), 'hex')
  const text = bytes[0] === 0x1f && bytes[1] === 0x8b ? await unzip(bytes) : bytes
  // The saver of a chain that was killed may still be writing when the next one begins.
  const beside = `${file}.${++writes}.new`
  await writeFile(beside, text)
  await rename(beside, file)
}

export type StateSaver = {
  /** Something happened that is worth keeping. */
  readonly touch: () => void
  /** Waits for a dump under way and starts no other. */
  readonly stop: () => Promise<void>
}

/** Saves after every touch, several touches at once when they come faster than a quarter of the time allows. */
export function startStateSaver(http: string, file: string, onProblem: (error: unknown) => void): StateSaver {
  let dirty = false
  let stopped = false
  let running: Promise<void> | null = null
  const loop = async (): Promise<void> => {
    while (dirty && !stopped) {
      dirty = false
      const began = performance.now()
      try {
        await saveState(http, file)
      } catch (error) {
        if (!stopped) onProblem(error)
      }
      const pause = Math.max(SHORTEST_PAUSE, (performance.now() - began) * PAUSE_FACTOR)
      await new Promise((resolve) => setTimeout(resolve, stopped ? 0 : pause))
    }
    running = null
  }
  return {
    touch: () => {
      dirty = true
      running ??= loop()
    },
    stop: async () => {
      stopped = true
      await running
    },
  }
}

/** Writes a text beside a file that others read, so that they never see half of it. */
export function writeWhole(file: string, text: string, mode: number): void {
  writeFileSync(`${file}.new`, text, { mode })
  renameSync(`${file}.new`, file)
}
