import type { Hex } from '../kernel/ids.ts'

/** A range of code in bytes: start, length. */
export type CodeRange = readonly [start: number, length: number]

/**
 * A compiled contract or library.
 *
 * @public the generated artifacts are typed by it
 */
export interface Artifact {
  readonly contract: string
  /** Hash of the runtime code with every range of `open` zeroed. */
  readonly codeHash: Hex
  /** Ranges of the runtime code that only deployment fills: immutables, library addresses, a library's own address. */
  readonly open: readonly CodeRange[]
  /** Where each library's address stands in the runtime code, by the library's key. */
  readonly runtimeLinks: Readonly<Record<string, readonly number[]>>
  /** Where each library's address must be put into the creation code, in bytes, by the library's key. */
  readonly links: Readonly<Record<string, readonly number[]>>
  /** Creation code; library addresses are zero. */
  readonly creation: Hex
}
