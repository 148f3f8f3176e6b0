/** Reads the moments that server and workers wrote into their logs at level `trace`. */
import { existsSync, readFileSync } from 'node:fs'

export interface Moment {
  readonly point: string
  readonly jobId?: string
  readonly role?: string
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
