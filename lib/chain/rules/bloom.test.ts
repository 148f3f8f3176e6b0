import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Hex } from '../../kernel/ids.ts'
import { bloomOf, mayContain } from './bloom.ts'

const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((value): Hex => `0x${Buffer.from(value).toString('hex')}`)
const log = fc.record({ address: hex(20), topics: fc.array(hex(32), { maxLength: 4 }) })

describe('the filter of a block', () => {
  it('is the one of the yellow paper', () => {
    // A log without topics sets the three bits of its address; the example of go-ethereum's tests.
    const bits = BigInt(
      bloomOf([
        {
          address: '0x22341ae42d6dd7384bc8584e50419ea3ac75b83f',
          topics: ['0x04491edcd115127caedbd478e2e7895ed80c7847e903431f94f9cfa579cad47f'],
        },
      ]),
    )
    expect(bits.toString(2).replaceAll('0', '').length).toBe(6)
    expect(bloomOf([])).toBe(`0x${'00'.repeat(256)}`)
  })

  it('never rules out an address that is in it', () => {
    fc.assert(
      fc.property(fc.array(log, { minLength: 1, maxLength: 8 }), (logs) =>
        logs.every(({ address }) => mayContain(bloomOf(logs), [address])),
      ),
    )
  })

  it('shows when a log with something new was left out', () => {
    fc.assert(
      fc.property(fc.array(log, { minLength: 2, maxLength: 6 }), (logs) => {
        const bits = (bloom: Hex): bigint => BigInt(bloom)
        const whole = bits(bloomOf(logs))
        const part = bits(bloomOf(logs.slice(1)))
        expect(whole | part).toBe(whole)
        if (!mayContain(bloomOf(logs.slice(1)), [logs[0]?.address as Hex])) expect(part).not.toBe(whole)
      }),
    )
  })
})
