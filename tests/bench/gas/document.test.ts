import { describe, expect, it } from 'vitest'
import { row } from '../rows.ts'
import { gasChanges, gasDocument, gasOf } from './document.ts'

const rows = (first: number, second: number) => [
  row(
    'token.transfer',
    'plain',
    first,
    'gas',
    { peer: 'Solady ERC20', value: 34_000, goal: { atMost: 1.03 } },
    35_100,
  ),
  row('staking.claim', 'claim, settles', second, 'gas'),
]

describe('the gas document', () => {
  it('gives back the numbers it was written from', () => {
    expect(gasOf(gasDocument(rows(34_521, 1_234_567)))).toEqual(
      new Map([
        ['token.transfer', 34_521],
        ['staking.claim', 1_234_567],
      ]),
    )
  })
  it('a row that moved by up to the tolerance is no change, whichever way', () => {
    const document = gasDocument(rows(100_000, 50_000))
    expect(gasChanges(rows(102_000, 49_000), document, 0.02)).toEqual([])
    expect(gasChanges(rows(102_001, 48_999), document, 0.02)).toEqual([
      'token.transfer: 100000 -> 102001 gas (+2.0%)',
      'staking.claim: 50000 -> 48999 gas (-2.0%)',
    ])
  })
  it('a row that came or went is a change', () => {
    const document = gasDocument(rows(100_000, 50_000))
    const other = [row('token.approve', 'approve', 46_000, 'gas')]
    expect(gasChanges(other, document, 0.02)).toEqual([
      'token.approve: 46000 gas, not in the table',
      'token.transfer: not measured',
      'staking.claim: not measured',
    ])
  })
})
