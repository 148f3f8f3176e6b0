import { mnemonicToAccount } from 'viem/accounts'
import type { Hex } from '../kernel/ids.ts'

/** The mnemonic that every Ethereum development tool ships with: its keys belong to everybody. */
export const PUBLISHED_MNEMONIC = 'test test test test test test test test test test test junk'

const ACCOUNTS = 20

/** Whether `key` is one that development tools publish (the first accounts of the shared mnemonic, or a number below 100). */
export function isPublishedKey(key: Hex): boolean {
  if (BigInt(key) < 100n) return true
  for (let index = 0; index < ACCOUNTS; index++) {
    const published = mnemonicToAccount(PUBLISHED_MNEMONIC, { addressIndex: index }).getHdKey().privateKey
    if (published && BigInt(key) === BigInt(`0x${Buffer.from(published).toString('hex')}`)) return true
  }
  return false
}
