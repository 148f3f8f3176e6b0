import { encodeAbiParameters, encodeEventTopics, encodeFunctionData } from 'viem'
import { describe, expect, it } from 'vitest'
import type { Address } from '../../kernel/ids.ts'
import { ABIS } from './contracts.ts'
import { decodeTransaction } from './decodeTransaction.ts'
import { type ChainEvent, parseEvent } from './events.ts'

const address = (digit: string): Address => `0x${digit.repeat(40)}`
const addresses = {
  ogpu: address('1'),
  nodeRegistry: address('2'),
  escrow: address('a'),
  taskMarket: address('4'),
}
const place = {
  deploymentId: 'd',
  blockHash: `0x${'01'.repeat(32)}`,
  blockNumber: 7,
  blockTime: 99,
  logIndex: 0,
  transactionHash: `0x${'02'.repeat(32)}`,
} as const
const who = address('5')
const deposited = {
  address: '0xAAAAaAaAaAaaAAaaAaaAaaAAaaAAaAaAaAAaAAaA',
  topics: encodeEventTopics({
    abi: ABIS.escrow,
    eventName: 'Deposited',
    args: { account: who, from: who },
  }) as `0x${string}`[],
  data: encodeAbiParameters([{ type: 'uint256' }], [12n]),
}

describe('what a transaction did', () => {
  it('is told by the names of our contracts, their functions and events', () => {
    const input = encodeFunctionData({ abi: ABIS.escrow, functionName: 'deposit', args: [12n] })
    const stranger = { ...deposited, address: address('9') }
    expect(
      decodeTransaction(addresses, { to: addresses.escrow, input, logs: [stranger, deposited] }),
    ).toEqual({
      contract: 'Escrow',
      call: { name: 'deposit', args: [{ name: 'amount', value: '12' }] },
      events: [
        {
          contract: 'Escrow',
          name: 'Deposited',
          args: [
            { name: 'account', value: who },
            { name: 'from', value: who },
            { name: 'amount', value: '12' },
          ],
        },
      ],
    })
  })

  it('is left unnamed where it is not about us', () => {
    const input = '0x12345678' as const
    expect(decodeTransaction(addresses, { to: address('9'), input, logs: [] })).toEqual({
      contract: null,
      call: null,
      events: [],
    })
    expect(decodeTransaction(addresses, { to: addresses.escrow, input, logs: [] })).toMatchObject({
      contract: 'Escrow',
      call: null,
    })
    expect(decodeTransaction(addresses, { to: null, input: '0x', logs: [] })).toMatchObject({
      contract: null,
    })
  })

  it('becomes typed events with money as text and addresses in lower case', () => {
    const event = parseEvent(addresses, deposited, place) as Extract<ChainEvent, { name: 'Deposited' }>
    expect(event).toMatchObject({ contract: 'escrow', name: 'Deposited', orderId: null, ...place })
    const amount: string = event.args.amount
    expect(amount).toBe('12')
    expect(parseEvent(addresses, { ...deposited, address: address('9') }, place)).toBeNull()
    expect(parseEvent(addresses, { ...deposited, topics: [`0x${'ee'.repeat(32)}`] }, place)).toBeNull()
  })
})
