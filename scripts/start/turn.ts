/** A turn that one process at a time has, across all starts in one clone. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const LOOK_EVERY = 200

let made = 0

/** Whether a process with this number runs, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Does `work` alone: whoever else asks for the turn at `place` waits. The turn of a process that died is taken over.
 * `onWait` is told once when somebody else has it, with the number of that process. Throws what the file system says
 * when `place` cannot be written.
 */
export async function inTurn<T>(
  place: string,
  work: () => Promise<T>,
  onWait: (pid: number) => void = () => {},
): Promise<T> {
  let told = false
  while (!take(place)) {
    const holder = holderOf(place)
    if (holder !== null && !isAlive(holder)) {
      takeAway(place, holder)
      continue
    }
    if (!told && holder !== null) onWait(holder)
    told ||= holder !== null
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY))
  }
  try {
    return await work()
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

/** The folder appears with its holder's number inside or not at all: a rename never replaces a folder that is not empty. */
function take(place: string): boolean {
  const mine = `${place}.${process.pid}.${++made}`
  mkdirSync(dirname(place), { recursive: true })
  mkdirSync(mine)
  try {
    writeFileSync(join(mine, 'pid'), String(process.pid))
    renameSync(mine, place)
    return true
  } catch (error) {
    rmSync(mine, { recursive: true, force: true })
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EPERM') return false
    throw error
  }
}

function holderOf(place: string): number | null {
  try {
    return Number(readFileSync(join(place, 'pid'), 'utf8'))
  } catch {
    // Given back between the two looks.
    return null
  }
}

/** Only the process that moves it away removes it; when a living one had taken the turn meanwhile, it gets it back. */
function takeAway(place: string, dead: number): void {
  const away = `${place}.${process.pid}.${++made}`
  try {
    renameSync(place, away)
  } catch {
    // Another process was faster.
    return
  }
  try {
    if (holderOf(away) !== dead) {
      renameSync(away, place)
      return
    }
  } catch {
    // A third one took it in that instant.
  }
  rmSync(away, { recursive: true, force: true })
}
