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

/** Throws 413 for a body over the limits, 400 for a body that is not such a form, lacks a content or brings one nobody asked for. */
export async function readJobForm(request: Request): Promise<JobForm> {
  const declared = Number(request.headers.get('content-length') ?? Number.NaN)
  if (!Number.isFinite(declared))
    throw new AppError('length-required', 'Send the job with a Content-Length header.', { status: 411 })
  if (declared > JOB_LIMITS.totalBytes + FRAME_BYTES) {
    throw new AppError(
      'too-large',
      `The files of a job may have at most ${JOB_LIMITS.totalBytes / 1024 / 1024} MiB together.`,
      { status: 413 },
    )
  }
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
