import { encodeFunctionData, recoverTypedDataAddress, toFunctionSelector } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import type { Address, Hex } from '../../kernel/ids.ts'
import { type Bid, MESSAGE_TYPES, marketDomain } from '../../protocol/messages.ts'
import { ABIS, type ContractName } from '../rules/contracts.ts'
import { madeUpAddresses } from '../testing/addresses.ts'
import * as write from '../write/index.ts'
import { createAuctioneer } from './auctioneer.ts'
import { assertRelayerMaySign } from './policy.ts'

const address = (digit: string): Address => `0x${digit.repeat(40)}`
const deployment = {
  id: `0x${'01'.repeat(32)}` as Hex,
  chainId: 31337,
  blockNumber: 0n,
  codeHash: `0x${'02'.repeat(32)}` as Hex,
  addresses: {
    ...madeUpAddresses(),
    ogpu: address('1'),
    nodeRegistry: address('2'),
    escrow: address('3'),
    taskMarket: address('4'),
  },
  treasury: address('5'),
}
const self = address('6')
const sign = (to: Address, data: Hex, changes: { value?: bigint; chainId?: number } = {}): void =>
  assertRelayerMaySign(deployment, self, { chainId: 31337, value: 0n, to, data, ...changes })

describe("what the relayer's key signs", () => {
  it('is exactly the calls that anyone may carry, of all functions of our contracts', () => {
    const allowed: string[] = []
    for (const contract of Object.keys(ABIS) as ContractName[])
      for (const item of ABIS[contract]) {
        if (item.type !== 'function') continue
        try {
          sign(deployment.addresses[contract], toFunctionSelector(item))
          allowed.push(`${contract}.${item.name}`)
        } catch (error) {
          expect(error).toMatchObject({ code: 'signer-refused', status: 403 })
        }
      }
    expect(allowed.sort()).toEqual(
      [
        'escrow.withdrawWithSig',
        ...[
          'award',
          'awardWindow',
          'bid',
          'cancel',
          'draw',
          'expire',
          'handBack',
          'replace',
          'reveal',
          'seal',
          'settle',
          'start',
          'submit',
          'submitAndAward',
          'submitMany',
          'submitResult',
        ].map((name) => `taskMarket.${name}`),
      ].sort(),
    )
  })

  it('covers every call that the network encodes', () => {
    const message = { order: `0x${'00'.repeat(32)}` as Hex, attempt: 1, node: self }
    const { to, data } = write.start(deployment, { message, nodeSignature: '0x' })
    sign(to, data)
    expect(Object.keys(write)).toHaveLength(16)
  })

  it('is nothing with ETH, to a stranger, or for another chain', () => {
    const data = encodeFunctionData({ abi: ABIS.taskMarket, functionName: 'seal', args: [[], []] })
    sign(deployment.addresses.taskMarket, data)
    expect(() => sign(deployment.addresses.taskMarket, data, { value: 1n })).toThrow(/carries ETH/)
    expect(() => sign(deployment.addresses.taskMarket, data, { chainId: 1 })).toThrow(/chain 1/)
    expect(() => sign(address('7'), data)).toThrow(/not go to a contract/)
    expect(() => sign(deployment.addresses.escrow, data)).toThrow(/not one that is carried/)
    expect(() => sign(self, data)).toThrow(/not go to a contract/)
    sign(self, '0x')
  })
})

describe("what the auctioneer's key signs", () => {
  it('is a Bid of this deployment and has no door for anything else', async () => {
    const account = privateKeyToAccount(`0x${'33'.repeat(32)}`)
    const auctioneer = createAuctioneer(account, deployment)
    expect(Object.keys(auctioneer).sort()).toEqual(['address', 'signBid'])
    const bid: Bid = {
      order: `0x${'44'.repeat(32)}`,
      attempt: 1,
      node: self,
      price: 5n,
      rate: 1n,
      validUntil: 9n,
    }
    const signature = await auctioneer.signBid(bid)
    const domain = marketDomain(31337, deployment.addresses.taskMarket)
    const signer = await recoverTypedDataAddress({
      domain,
      types: { Bid: MESSAGE_TYPES.Bid },
      primaryType: 'Bid',
      message: bid,
      signature,
    })
    expect(signer).toBe(account.address)
  })
})
