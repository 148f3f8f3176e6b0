import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '#lib/process/embedded/chainState.ts'

/** What runs now, for tools that look at a network from outside: process ids (null: not ours) and addresses. */
export type RunFile = {
  readonly supervisor: number
  readonly postgres: number | null
  readonly chain: number | null
  readonly server: number | null
  /** In the order of the nodes; null while one is not running. */
  readonly nodes: readonly (number | null)[]
  readonly databaseUrl: string
  readonly rpcUrl: string
  readonly url: string
  /** The folder of the site's build, from the root. */
  readonly site: string
}

const nameOf = (home: string): string => join(home, 'run.json')

/** The last run of a data folder; null when there was none. The file holds the database's password and is ours alone. */
export function readRunFile(home: string): RunFile | null {
  try {
    return JSON.parse(readFileSync(nameOf(home), 'utf8')) as RunFile
  } catch {
    return null
  }
}

export type RunRecorder = {
  readonly note: (change: Partial<Omit<RunFile, 'nodes' | 'supervisor'>>) => void
  readonly noteNode: (index: number, pid: number) => void
}

/** Keeps `run.json` true while services start and start again. */
export function recordRun(home: string): RunRecorder {
  let file: RunFile = {
    supervisor: process.pid,
    postgres: null,
    chain: null,
    server: null,
    nodes: [],
    databaseUrl: '',
    rpcUrl: '',
    url: '',
    site: '',
  }
  const write = (): void => writeWhole(nameOf(home), `${JSON.stringify(file, null, 2)}\n`, 0o600)
  return {
    note: (change) => {
      file = { ...file, ...change }
      write()
    },
    noteNode: (index, pid) => {
      const nodes = Array.from(
        { length: Math.max(file.nodes.length, index) },
        (_, i) => file.nodes[i] ?? null,
      )
      nodes[index - 1] = pid
      file = { ...file, nodes }
      write()
    },
  }
}
