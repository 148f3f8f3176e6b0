/**
 * The pids control group, where it is ours to use: a version 1 hierarchy in whose root this process lives (a machine or
 * container without a manager for it), writable. Groups that somebody else manages are left alone; there the watcher and
 * the limits of the processes themselves hold the job. The group adds a limit on tasks that no race can pass.
 */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = '/sys/fs/cgroup/pids'
const PREFIX = 'opengpu-'

/** Whether a group can be made here. Tries it. */
export function cgroupsUsable(): boolean {
  try {
    const own = readFileSync('/proc/self/cgroup', 'latin1')
    if (!/^\d+:(?:[^:\n]*,)?pids(?:,[^:\n]*)?:\/$/m.test(own)) return false
    const probe = join(ROOT, `${PREFIX}${process.pid}-probe`)
    mkdirSync(probe)
    rmdirSync(probe)
    return true
  } catch {
    return false
  }
}

/** Removes groups of workers that are dead. Called at start. */
export function sweepCgroups(): void {
  let names: string[]
  try {
    names = readdirSync(ROOT)
  } catch {
    return
  }
  for (const name of names) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    if (owner !== undefined && !isAlive(Number(owner))) removeGroup(join(ROOT, name))
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function removeGroup(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Its last process is still dying; the next sweep gets it.
  }
}

/** The group of one job. */
export class JobCgroup {
  private readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  /** Makes a group that holds at most `tasks` processes and threads. `name` is unique within this process. Null when it cannot be made. */
  static create(name: string, tasks: number): JobCgroup | null {
    const folder = join(ROOT, `${PREFIX}${process.pid}-${name}`)
    try {
      mkdirSync(folder)
      writeFileSync(join(folder, 'pids.max'), String(tasks))
      return new JobCgroup(folder)
    } catch {
      return null
    }
  }

  add(pid: number): void {
    try {
      writeFileSync(join(this.folder, 'cgroup.procs'), String(pid))
    } catch {
      // The process is gone already.
    }
  }

  remove(): void {
    removeGroup(this.folder)
  }
}
