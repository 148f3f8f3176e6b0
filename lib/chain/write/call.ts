/** A call to one of our contracts, ready to be signed by whoever carries it. No call of ours carries ETH. */
import type { Address, Hex } from '../../kernel/ids.ts'
import type { Deployment } from '../deployment.ts'

export interface Call {
  readonly to: Address
  readonly data: Hex
}

/** What an encoder needs of a deployment. */
export type At = Pick<Deployment, 'addresses'>
