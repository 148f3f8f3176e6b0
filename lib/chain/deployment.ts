import type { Address, Hex } from '../kernel/ids.ts'

/** One set of contracts on one chain. Rows of the database carry its `id`. Addresses are lower-case. */
export interface Deployment {
  /** Hash of chain id, genesis hash, code hash and addresses: a new chain, code or address is another deployment. */
  readonly id: Hex
  readonly chainId: number
  /** The block from which the indexer reads. */
  readonly blockNumber: bigint
  /** Hash over the code of all contracts. */
  readonly codeHash: Hex
  readonly addresses: {
    readonly ogpu: Address
    readonly nodeRegistry: Address
    readonly escrow: Address
    readonly taskMarket: Address
  }
  readonly treasury: Address
}
