import { readdirSync, readFileSync } from 'node:fs'

const PAGE_BYTES = 4096

function children(pid: number): number[] {
  const found: number[] = []
  let threads: string[]
  try {
    threads = readdirSync(`/proc/${pid}/task`)
  } catch {
    return found
  }
  for (const thread of threads) {
    try {
      for (const child of readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ')) {
        if (child !== '') found.push(Number(child))
      }
    } catch {
      // The thread ended between the two reads.
    }
  }
  return found
}

/** Every process below `pid`, parents before children. A snapshot: processes come and go while it is taken. */
export function descendants(pid: number): number[] {
  const found: number[] = []
  const open = children(pid)
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    found.push(next)
    open.push(...children(next))
  }
  return found
}

/** Resident bytes of a process, pages it shares with others counted fully. 0 when it is gone. */
function residentBytes(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1] ?? 0) * PAGE_BYTES
  } catch {
    return 0
  }
}

/** Resident bytes with shared pages divided among those who share them; falls back to the plain figure. */
function proportionalBytes(pid: number): number {
  try {
    const line = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))
    return line?.[1] === undefined ? residentBytes(pid) : Number(line[1]) * 1024
  } catch {
    return residentBytes(pid)
  }
}

function threadCount(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length
  } catch {
    return 0
  }
}

export interface TreeUse {
  readonly tasks: number
  readonly memoryBytes: number
}

/** What the processes below `pid` use together. The exact (dearer) memory figure is taken only above `exactAbove`. */
export function treeUse(pid: number, exactAbove: number): TreeUse {
  const pids = descendants(pid)
  let tasks = 0
  let memoryBytes = 0
  for (const each of pids) {
    tasks += threadCount(each)
    memoryBytes += residentBytes(each)
  }
  if (memoryBytes > exactAbove) memoryBytes = pids.reduce((sum, each) => sum + proportionalBytes(each), 0)
  return { tasks, memoryBytes }
}

/** A line of maps of memory shared with children: address range, permissions, offset, device, inode, and what it is. */
const SHARED = /^([0-9a-f]+)-([0-9a-f]+) ...s \S+ \S+ (\d+)\s+\/dev\/zero \(deleted\)$/gm

/**
 * Bytes of nameless shared memory that the processes below `pid` have mapped, each piece once. Its pages stay when they
 * are handed back (MADV_DONTNEED) and are then in no process's resident figure, so what counts is how much is mapped.
 */
export function sharedBytes(pid: number): number {
  const pieces = new Map<string, number>()
  for (const each of descendants(pid)) {
    let maps: string
    try {
      maps = readFileSync(`/proc/${each}/maps`, 'latin1')
    } catch {
      continue
    }
    const own = new Map<string, number>()
    for (const [, from, to, inode] of maps.matchAll(SHARED)) {
      const size = Number.parseInt(to as string, 16) - Number.parseInt(from as string, 16)
      own.set(inode as string, (own.get(inode as string) ?? 0) + size)
    }
    for (const [inode, size] of own) pieces.set(inode, Math.max(pieces.get(inode) ?? 0, size))
  }
  return [...pieces.values()].reduce((sum, size) => sum + size, 0)
}

/** SIGKILL to everything below `pid`. The pid namespace's first process takes the rest with it. */
export function killBelow(pid: number): void {
  for (const each of descendants(pid)) {
    try {
      process.kill(each, 'SIGKILL')
    } catch {
      // Already gone.
    }
  }
}

const DEATH_MILLISECONDS = 5000

/**
 * Waits until a process that was sent SIGKILL is dead (gone or a zombie; a pid namespace's first process becomes one only
 * after all others in it are gone). Gives up after 5 s, when the kernel itself is stuck.
 */
export async function untilDead(pid: number): Promise<void> {
  for (let waited = 0; waited < DEATH_MILLISECONDS; waited += 2) {
    let stat: string
    try {
      stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    } catch {
      return
    }
    if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')) return
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
