/** From a manifest to what a committee compares: one rule for node, members and server. */
import type { Hex } from '../kernel/ids.ts'
import { STDOUT_NAME } from './comparators/parse.ts'
import type { Comparator, CompareOn } from './comparators/schema.ts'
import type { Manifest } from './jobSpec.ts'
import { outputHash } from './outputHash.ts'

/** The exit code that stands for "none" (killed, timed out) in an output hash; no process can return it. */
export const NO_EXIT_CODE = -1

/** The artifacts of a run that take part in the comparison, by their compared names. One that was not written is left out. */
export function comparedOutputs(
  on: CompareOn,
  manifest: Manifest,
): { name: string; sha256: string; bytes: number }[] {
  if (on.kind === 'stdout') {
    const stdout = manifest.artifacts.find((artifact) => artifact.kind === 'stdout')
    return stdout === undefined ? [] : [{ name: STDOUT_NAME, sha256: stdout.sha256, bytes: stdout.bytes }]
  }
  const files = new Map(
    manifest.artifacts.filter(({ kind }) => kind === 'file').map((artifact) => [artifact.name, artifact]),
  )
  return on.names.flatMap((name) => {
    const file = files.get(name)
    return file === undefined ? [] : [{ name, sha256: file.sha256, bytes: file.bytes }]
  })
}

/** The compared files that a run did not write; empty when standard output is compared, which always is there. */
export function unwrittenOutputs(on: CompareOn, manifest: Manifest): string[] {
  if (on.kind === 'stdout') return []
  const written = new Set(comparedOutputs(on, manifest).map(({ name }) => name))
  return on.names.filter((name) => !written.has(name))
}

/**
 * Whether a run that ended by itself counts as a success: exit code 0 and every compared file written. A committee that all
 * lacked the same file would agree on nothing, and the customer pay for a check that never was.
 */
export function isSuccess(comparator: Comparator, manifest: Manifest): boolean {
  return manifest.exitCode === 0 && unwrittenOutputs(comparator.on, manifest).length === 0
}

/** The output hash of a run: what a node commits to and a member seals. */
export function manifestOutputHash(comparator: Comparator, manifest: Manifest): Hex {
  return outputHash({
    exitCode: manifest.exitCode ?? NO_EXIT_CODE,
    outputs: comparedOutputs(comparator.on, manifest),
  })
}
