import { sha256 as pureSha256 } from 'viem'
import { type JobSpec, jobSpecSchema } from '#lib/protocol/jobSpec.ts'
import { type Draft, linesOf, namesOf } from './draft.ts'

export interface BuiltJob {
  readonly spec: JobSpec
  /** Every distinct content by its SHA-256. */
  readonly contents: ReadonlyMap<string, Uint8Array>
}

/** SHA-256 as hex. Browsers offer their own on secure origins alone; elsewhere the pure one does the same, slower. */
async function sha256(data: Uint8Array): Promise<string> {
  if (!globalThis.crypto?.subtle) return pureSha256(data).slice(2)
  const digest = await crypto.subtle.digest('SHA-256', data as Uint8Array<ArrayBuffer>)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The spec a draft without problems stands for, with its contents. Throws ZodError when the schema refuses it. */
export async function buildJob(draft: Draft): Promise<BuiltJob> {
  const contents = new Map<string, Uint8Array>()
  const keep = async (data: Uint8Array) => {
    const hash = await sha256(data)
    contents.set(hash, data)
    return { sha256: hash, bytes: data.length }
  }
  const encoder = new TextEncoder()
  const files = [{ path: draft.entry, ...(await keep(encoder.encode(draft.code))) }]
  for (const file of draft.files) files.push({ path: file.path, ...(await keep(file.data)) })
  const on =
    draft.compareOn === 'stdout'
      ? ({ kind: 'stdout' } as const)
      : ({ kind: 'files', names: namesOf(draft.compareFiles) } as const)
  const spec = jobSpecSchema.parse({
    version: 1,
    title: draft.title.trim(),
    runtime: draft.runtime,
    entry: draft.entry,
    files,
    args: linesOf(draft.args),
    stdin: draft.stdin === '' ? null : await keep(encoder.encode(draft.stdin)),
    comparator:
      draft.method === 'exact'
        ? { method: 'exact', on }
        : { method: 'number', tolerance: Number(draft.tolerance), on },
    resources: {
      gpuClass: draft.gpuClass,
      memoryMiB: Number(draft.memoryMiB),
      diskMiB: Number(draft.diskMiB),
      processes: Number(draft.processes),
      timeoutSeconds: Number(draft.timeoutSeconds),
    },
  })
  return { spec, contents }
}
