import { keccak256, stringToHex } from 'viem/utils'
import { canonicalJson } from '../kernel/canonicalJson.ts'
import type { Hex } from '../kernel/ids.ts'

/** What a run produced and is compared by: its exit code (null when it was killed) and the sha256 (hex, with or without 0x) of each compared output. */
export interface RunOutputs {
  exitCode: number | null
  outputs: readonly { name: string; sha256: string }[]
}

/**
 * The hash that a node commits to and a member seals: keccak256 of the canonical JSON of exit code and outputs. The
 * order of the outputs does not matter; sha256 counts in lower case without 0x. Throws RangeError for a repeated name, an
 * exit code that is no integer or a hash that is no sha256.
 */
export function outputHash(run: RunOutputs): Hex {
  if (run.exitCode !== null && !Number.isSafeInteger(run.exitCode))
    throw new RangeError(`an exit code must be an integer: ${run.exitCode}`)
  const outputs = run.outputs.map(({ name, sha256 }) => {
    const digest = sha256.toLowerCase().replace(/^0x/, '')
    if (!/^[0-9a-f]{64}$/.test(digest)) throw new RangeError(`not a sha256: ${sha256}`)
    return { name, sha256: digest }
  })
  outputs.sort((a, b) => (a.name < b.name ? -1 : 1))
  if (new Set(outputs.map((output) => output.name)).size !== outputs.length)
    throw new RangeError('an output is named twice')
  return keccak256(stringToHex(canonicalJson({ exitCode: run.exitCode, outputs })))
}
