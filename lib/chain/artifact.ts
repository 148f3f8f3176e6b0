import type { Hex } from '../kernel/ids.ts'

/** A compiled contract. `codeHash` is the hash of its runtime code with every immutable range ([start, length] in bytes) zeroed. */
export interface Artifact {
  readonly contract: string
  readonly codeHash: Hex
  readonly immutables: readonly (readonly [number, number])[]
  readonly creation: Hex
}
