import { createHash } from 'node:crypto'
import { keccak256, stringToHex } from 'viem'
import { canonicalJson } from '#lib/kernel/canonicalJson.ts'
import type { Hex } from '#lib/kernel/ids.ts'
import type { RuntimeName } from '#lib/protocol/jobSpec.ts'

/**
 * The hash a verdict is bound to: keccak256 of the canonical JSON of runtime, entry and the path and SHA-256 of every
 * file, sorted by path. One changed byte, name or entry makes another hash, so a verdict never covers other content.
 */
export function contentHash(job: {
  runtime: RuntimeName
  entry: string
  files: readonly { path: string; sha256: string }[]
}): Hex {
  const files = job.files
    .map(({ path, sha256 }) => ({ path, sha256: sha256.toLowerCase() }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return keccak256(stringToHex(canonicalJson({ runtime: job.runtime, entry: job.entry, files })))
}

/** SHA-256 of some bytes as 64 hex digits. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
