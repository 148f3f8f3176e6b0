/**
 * The log filter that every block header carries (2048 bits). A node that leaves out logs cannot make the filter of the
 * logs it does send equal to the header's, so the header proves that an answer is whole.
 */
import { hexToBytes, keccak256 } from 'viem'
import type { Hex } from '../../kernel/ids.ts'
import type { RawLog } from './events.ts'

const BYTES = 256

/** The three bits that a value sets, as [byte, mask]. */
function bitsOf(value: Hex): [number, number][] {
  const hash = hexToBytes(keccak256(value))
  return [0, 2, 4].map((at) => {
    const bit = (((hash[at] ?? 0) << 8) | (hash[at + 1] ?? 0)) & 2047
    return [BYTES - 1 - (bit >> 3), 1 << (bit & 7)]
  })
}

/** The filter over addresses and topics of some logs, as the header of a block with exactly these logs would have it. */
export function bloomOf(logs: readonly Pick<RawLog, 'address' | 'topics'>[]): Hex {
  const bloom = new Uint8Array(BYTES)
  for (const log of logs)
    for (const value of [log.address as Hex, ...log.topics])
      for (const [byte, mask] of bitsOf(value)) bloom[byte] = (bloom[byte] ?? 0) | mask
  return `0x${Buffer.from(bloom).toString('hex')}`
}

/** False only when no log of these addresses can be in a block with this filter. */
export function mayContain(logsBloom: Hex, addresses: readonly Hex[]): boolean {
  const bloom = hexToBytes(logsBloom)
  return addresses.some((address) =>
    bitsOf(address).every(([byte, mask]) => ((bloom[byte] ?? 0) & mask) !== 0),
  )
}
