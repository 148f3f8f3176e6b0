import { encodeErrorResult, getAddress, parseEther } from 'viem'
import { describe, expect, it } from 'vitest'
import { ABIS } from './contracts.ts'
import { decodeRevert, isRevert, mayPass, revertData } from './revert.ts'

const order = `0x${'ab'.repeat(32)}` as const

describe('the reason of a revert', () => {
  it('is found in whatever a node or viem wraps around it', () => {
    const data = encodeErrorResult({ abi: ABIS.taskMarket, errorName: 'UnknownOrder', args: [order] })
    expect(revertData({ data })).toBe(data)
    expect(revertData({ data: { data } })).toBe(data)
    expect(
      revertData(new Error('outer', { cause: Object.assign(new Error('inner'), { code: 3, data }) })),
    ).toBe(data)
    expect(revertData(new Error('network'))).toBeNull()
  })

  it('is told from a node that could not be asked', () => {
    expect(isRevert(Object.assign(new Error('execution reverted'), { code: 3 }))).toBe(true)
    expect(isRevert(Object.assign(new Error('Too Many Requests'), { code: 429 }))).toBe(false)
    expect(isRevert(new Error('no connection'))).toBe(false)
  })

  it('names the error with its arguments and one sentence', () => {
    const data = encodeErrorResult({
      abi: ABIS.escrow,
      errorName: 'InsufficientBalance',
      args: [getAddress(`0x${'aa'.repeat(20)}`), parseEther('1.5'), parseEther('2')],
    })
    expect(decodeRevert(data)).toEqual({
      name: 'InsufficientBalance',
      args: [
        { name: 'account', value: `0x${'aa'.repeat(20)}` },
        { name: 'balance', value: '1500000000000000000' },
        { name: 'needed', value: '2000000000000000000' },
      ],
      sentence: 'The escrow balance is 1.5 oGPU, needed are 2 oGPU.',
    })
  })

  it('has a sentence of its own for every error of our contracts', () => {
    const unnamed = new Set<string>()
    for (const abi of Object.values(ABIS))
      for (const item of abi) {
        if (item.type !== 'error') continue
        const args = item.inputs.map((input) => sample(input.type))
        const data = encodeErrorResult({ abi: [item], errorName: item.name, args } as never)
        const { name, sentence } = decodeRevert(data)
        expect(name).toBe(item.name)
        expect(sentence).not.toMatch(/undefined|NaN/)
        if (sentence.startsWith('The contract refused: ')) unnamed.add(name)
      }
    expect([...unnamed].sort()).toEqual([])
  })

  it('always gives a sentence', () => {
    expect(decodeRevert(new Error('?')).sentence).toBe('The contract refused without giving a reason.')
    expect(decodeRevert('0xdeadbeef')).toMatchObject({ name: 'Unknown' })
  })

  it('passes by time alone for three errors, and for no other', () => {
    const name = (text: string) => mayPass({ name: text, args: [], sentence: '' })
    expect(['TooEarly', 'SeedNotReady', 'EntriesPaused'].every(name)).toBe(true)
    expect(['TooLate', 'WrongState', 'InsufficientBalance', 'SignatureInvalid'].some(name)).toBe(false)
  })
})

function sample(type: string): unknown {
  if (type === 'address') return `0x${'11'.repeat(20)}`
  if (type === 'bytes32') return order
  if (type === 'string') return 'text'
  if (/^u?int(8|16|24|32|40|48)$/.test(type)) return 1
  return 1n
}
