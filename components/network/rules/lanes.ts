import type { NodeView } from '#lib/protocol/views.ts'

export type NodeHistory = Pick<NodeView, 'node' | 'name' | 'status' | 'recent'>

export interface LaneChart {
  readonly lanes: readonly { readonly node: string; readonly name: string; readonly live: boolean }[]
  /** Oldest first. Numbers are indexes of lanes. */
  readonly jobs: readonly {
    readonly id: string
    readonly runner: number | null
    readonly checkers: readonly number[]
    readonly top: number
    readonly bottom: number
    readonly moving: boolean
    readonly failed: boolean
  }[]
}

const MOVING: ReadonlySet<string> = new Set([
  'granted',
  'leased',
  'awarded',
  'running',
  'checking',
  'sealed',
  'open',
])
// A revoked lease is none of them: the customer cancelled, the award is gone, or the node handed it back in time.
const FAILED: ReadonlySet<string> = new Set(['wrong', 'refunded', 'expired', 'silent', 'failed', 'lost'])

/** Turns what each node did lately into columns, one a job, the newest `columns` of them. */
export function lanesOf(known: readonly NodeHistory[], columns: number): LaneChart {
  const nodes = [...known].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
  const lanes = nodes.map((node) => ({
    node: node.node,
    name: node.name,
    live: node.status === 'live' || node.status === 'draining',
  }))
  const jobs = new Map<
    string,
    { at: string; runner: number | null; checkers: Set<number>; moving: boolean; failed: boolean }
  >()
  nodes.forEach((node, lane) => {
    for (const item of node.recent) {
      const job = jobs.get(item.jobId) ?? {
        at: item.at,
        runner: null,
        checkers: new Set<number>(),
        moving: false,
        failed: false,
      }
      if (item.role === 'run') job.runner = lane
      else job.checkers.add(lane)
      if (item.at > job.at) job.at = item.at
      if (MOVING.has(item.state)) job.moving = true
      if (item.role === 'run' && FAILED.has(item.state)) job.failed = true
      jobs.set(item.jobId, job)
    }
  })
  const newest = [...jobs]
    .sort((a, b) => (a[1].at < b[1].at ? -1 : a[1].at > b[1].at ? 1 : a[0] < b[0] ? -1 : 1))
    .slice(-columns)
  return {
    lanes,
    jobs: newest.map(([id, job]) => {
      const touched = [...job.checkers, ...(job.runner === null ? [] : [job.runner])]
      return {
        id,
        runner: job.runner,
        checkers: [...job.checkers].filter((lane) => lane !== job.runner).sort((a, b) => a - b),
        top: Math.min(...touched),
        bottom: Math.max(...touched),
        moving: job.moving,
        failed: job.failed,
      }
    }),
  }
}
