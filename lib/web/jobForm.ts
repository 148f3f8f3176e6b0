/** Reads the multipart body of a job: one JSON part `job`, one part `content` for each distinct content. */
import { createHash } from 'node:crypto'
import type * as z from 'zod'
import { AppError } from '../kernel/errors.ts'
import { jobRequestSchema } from '../protocol/jobRequest.ts'
import { contentHashes, JOB_LIMITS } from '../protocol/jobSpec.ts'

export interface JobForm {
  readonly job: z.output<typeof jobRequestSchema>
  readonly contents: readonly { sha256: string; data: Uint8Array }[]
}

/** Room for the JSON part and the multipart frame around the files. */
const FRAME_BYTES = 2 * 1024 * 1024

/** A form is in memory several times over while it is taken apart, so only so much is read at once: of everybody, and of one peer. */
const MOST_BYTES = JOB_LIMITS.totalBytes + FRAME_BYTES
const ALL_BYTES = 2 * MOST_BYTES
/** Smaller ones are not counted: whoever fills the room with large ones must not keep these out. */
const SMALL_BYTES = 1024 * 1024

let held = 0
const heldBy = new Map<string, number>()

/**
 * Reads the form and works with it; what it takes of the memory counts until then. Throws 413 for a body over the limits,
 * 503 while too many large ones are read, 400 for a body that is not such a form or brings a content nobody asked for.
 */
export async function withJobForm<T>(request: Request, work: (form: JobForm) => Promise<T>): Promise<T> {
  const bytes = declaredBytes(request)
  if (bytes <= SMALL_BYTES) return work(await readJobForm(request))
  const peer = request.headers.get('x-opengpu-peer') ?? ''
  const ofPeer = heldBy.get(peer) ?? 0
  if (held + bytes > ALL_BYTES || ofPeer + bytes > MOST_BYTES) {
    throw new AppError('busy', 'Too many large jobs are being sent at once. Try again in a moment.', {
      status: 503,
      details: { retryAfterSeconds: 5 },
    })
  }
  held += bytes
  heldBy.set(peer, ofPeer + bytes)
  try {
    return await work(await readJobForm(request))
  } finally {
    held -= bytes
    const rest = (heldBy.get(peer) ?? 0) - bytes
    if (rest > 0) heldBy.set(peer, rest)
    else heldBy.delete(peer)
  }
}

function declaredBytes(request: Request): number {
  const declared = Number(request.headers.get('content-length') ?? Number.NaN)
  if (!Number.isFinite(declared))
    throw new AppError('length-required', 'Send the job with a Content-Length header.', { status: 411 })
  if (declared > MOST_BYTES) {
    throw new AppError(
      'too-large',
      `The files of a job may have at most ${JOB_LIMITS.totalBytes / 1024 / 1024} MiB together.`,
      { status: 413 },
    )
  }
  return declared
}

async function readJobForm(request: Request): Promise<JobForm> {
  if (!request.headers.get('content-type')?.startsWith('multipart/form-data')) {
    throw new AppError(
      'invalid-form',
      'Send the job as multipart/form-data with a part "job" and parts "content".',
      { status: 415 },
    )
  }
  let form: FormData
  try {
    form = await request.formData()
  } catch {
    throw new AppError('invalid-form', 'The form broke off or is malformed. Send it again.')
  }
  const text = form.get('job')
  if (typeof text !== 'string') throw new AppError('invalid-form', 'The form has no JSON part "job".')
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    throw new AppError('invalid-json', 'The part "job" is not JSON.')
  }
  const job = jobRequestSchema.parse(raw)
  const wanted = new Set(contentHashes(job.spec))
  const contents: { sha256: string; data: Uint8Array }[] = []
  for (const part of form.getAll('content')) {
    if (typeof part === 'string') throw new AppError('invalid-form', 'A part "content" is not a file.')
    const data = new Uint8Array(await part.arrayBuffer())
    const sha256 = createHash('sha256').update(data).digest('hex')
    if (!wanted.delete(sha256))
      throw new AppError(
        'content-unknown',
        `A file with hash ${sha256} was sent that the job does not name, or twice.`,
      )
    contents.push({ sha256, data })
  }
  return { job, contents }
}
