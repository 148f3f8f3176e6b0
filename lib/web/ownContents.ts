import 'server-only'
import { readContent } from '../jobs/contents.ts'
import { runtime } from '../process/shared.ts'
import type { JobView } from '../protocol/views.ts'

/** The largest content put into the form of a repeated job, in bytes; larger ones have to be added again by hand. */
const LARGEST = 1024 * 1024

/** Contents of a job that the caller was already allowed to read, by hash; deleted or large ones are left out. */
export async function readOwnContents(job: Pick<JobView, 'spec'>): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  if (job.spec === null) return found
  const wanted = [...job.spec.files, ...(job.spec.stdin === null ? [] : [job.spec.stdin])].filter(
    (file) => file.bytes <= LARGEST,
  )
  for (const file of wanted) {
    const bytes = await readContent(runtime().db, file.sha256)
    if (bytes !== null) found.set(file.sha256, bytes)
  }
  return found
}
