import type { LocalAccount } from 'viem'
import { type Address, type Hex, lower } from '../../kernel/ids.ts'
import { type Bid, MESSAGE_TYPES, marketDomain } from '../../protocol/messages.ts'
import type { Deployment } from '../deployment.ts'

/** The auctioneer's key behind the one thing it may do: approve a Bid of this deployment. It cannot sign anything else. */
export interface Auctioneer {
  readonly address: Address
  signBid(bid: Bid): Promise<Hex>
}

export function createAuctioneer(account: LocalAccount, deployment: Deployment): Auctioneer {
  const domain = marketDomain(deployment.chainId, deployment.addresses.taskMarket)
  return {
    address: lower(account.address),
    signBid: (bid) =>
      account.signTypedData({ domain, types: { Bid: MESSAGE_TYPES.Bid }, primaryType: 'Bid', message: bid }),
  }
}
