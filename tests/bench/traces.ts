/** Reads the moments that server and workers wrote into their logs at level `trace`. */
import { existsSync, readFileSync } from 'node:fs'

export interface Moment {
  readonly point: string
  readonly jobId?: string
  readonly role?: string
  readonly kind?: string
  readonly number?: number
  /** Nanoseconds of the machine's monotonic clock. */
  readonly at: bigint
}

export function momentsOf(logFiles: readonly string[]): Moment[] {
  return logFiles.flatMap((file) => {
    if (!existsSync(file)) return []
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"point":'))
      .map((line) => {
        const moment = JSON.parse(line) as Omit<Moment, 'at'> & { readonly at: string }
        return { ...moment, at: BigInt(moment.at) }
      })
  })
}

/** The first moment of a kind for each job. */
export function firstByJob(moments: readonly Moment[], point: string, role?: string): Map<string, bigint> {
  const found = new Map<string, bigint>()
  for (const moment of moments) {
    if (moment.point !== point || moment.jobId === undefined) continue
    if (role !== undefined && moment.role !== role) continue
    const known = found.get(moment.jobId)
    if (known === undefined || moment.at < known) found.set(moment.jobId, moment.at)
  }
  return found
}

/** A moment on a job's way from order to process: whose first trace point of this kind it is. */
export interface Station {
  readonly name: string
  readonly point: string
  /** Compared with the moment's role or kind, where one is named. */
  readonly only?: string
}

/** The way of an order, in order. Heads and blocks are known by number and come in by `blockOf`. */
export const STATIONS: readonly Station[] = [
  { name: 'received', point: 'orderReceived' },
  { name: 'stored', point: 'orderStored' },
  { name: 'auction began', point: 'auctionBegan' },
  { name: 'bids in', point: 'bidsIn' },
  { name: 'award queued', point: 'awardQueued' },
  { name: 'award signed', point: 'intentSigned', only: 'submitAndAward' },
  { name: 'block heard', point: 'head' },
  { name: 'block read', point: 'blockRead' },
  { name: 'block applied', point: 'blockApplied' },
  { name: 'lease sent', point: 'leaseSent', only: 'run' },
  { name: 'grant taken', point: 'grantTaken', only: 'run' },
  { name: 'process exists', point: 'programStarted' },
]

/** Milliseconds that each job spent before each station since the one before it; stations that a job never met are left out. */
export function stages(
  moments: readonly Moment[],
  jobs: readonly { readonly jobId: string; readonly awardBlock: number | undefined }[],
): { readonly name: string; readonly sample: number[] }[] {
  const firsts = STATIONS.map((station) => {
    const found = new Map<string, bigint>()
    for (const moment of moments) {
      if (moment.point !== station.point) continue
      if (station.only !== undefined && (moment.role ?? moment.kind) !== station.only) continue
      const key = moment.jobId ?? String(moment.number)
      const known = found.get(key)
      if (known === undefined || moment.at < known) found.set(key, moment.at)
    }
    return found
  })
  return STATIONS.slice(1).map(({ name }, index) => ({
    name,
    sample: jobs.flatMap(({ jobId, awardBlock }) => {
      const at = (station: number) => firsts[station]?.get(jobId) ?? firsts[station]?.get(String(awardBlock))
      const [before, here] = [at(index), at(index + 1)]
      return before === undefined || here === undefined ? [] : [Number(here - before) / 1e6]
    }),
  }))
}
