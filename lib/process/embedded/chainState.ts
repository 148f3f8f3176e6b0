/**
 * The embedded chain's state on disk. The chain itself writes its state when it ends cleanly, and in place; a kill in
 * between would cost everything since the start, a kill while writing would cost the chain. So its state is asked for
 * after every block (never more than a tenth of the time) and written beside the old file, which it then replaces.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { rpc } from './rpc.ts'

const unzip = promisify(gunzip)

/** Least milliseconds between two dumps. */
const SHORTEST_PAUSE = 150
/** A dump that took t milliseconds is followed by a pause of this many t. */
const PAUSE_FACTOR = 9

export type ChainFiles = { readonly kept: string; readonly onExit: string }

export function chainFiles(folder: string): ChainFiles {
  return { kept: join(folder, 'state.json'), onExit: join(folder, 'state-on-exit.json') }
}

/** Before a start: when the chain could write a newer whole state as it ended, that one is kept. */
export function takeNewestState(files: ChainFiles): void {
  if (!existsSync(files.onExit)) return
  const onExit = heightOf(files.onExit)
  if (onExit !== null && onExit >= (heightOf(files.kept) ?? -1n)) renameSync(files.onExit, files.kept)
  else rmSync(files.onExit)
}

/** The height of a whole state file; null when it is missing or was cut off. */
function heightOf(file: string): bigint | null {
  try {
    const state = JSON.parse(readFileSync(file, 'utf8')) as { best_block_number?: string | number }
    return state.best_block_number === undefined ? null : BigInt(state.best_block_number)
  } catch {
    return null
  }
}

/** Asks the chain for its state and puts it in place of `file`. */
export async function saveState(http: string, file: string): Promise<void> {
  const packed = await rpc<string>(http, 'anvil_dumpState', [], 120_000)
  const bytes = Buffer.from(packed.slice(2), 'hex')
  const text = bytes[0] === 0x1f && bytes[1] === 0x8b ? await unzip(bytes) : bytes
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}

/** Removes half-written files of an earlier life. */
export function forgetHalfWritten(file: string): void {
  rmSync(`${file}.new`, { force: true })
}

export type StateSaver = {
  /** Something happened that is worth keeping. */
  readonly touch: () => void
  /** Waits for a dump under way and starts no other. */
  readonly stop: () => Promise<void>
}

/** Saves after every touch, several touches at once when they come faster than a tenth of the time allows. */
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
