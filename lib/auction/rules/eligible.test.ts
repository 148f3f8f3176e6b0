import { describe, expect, it } from 'vitest'
import type { LiveNode } from '../../jobs/rules/liveNode.ts'
import { field, otherOwners, reasonAgainst, type Wanted } from './eligible.ts'

const address = (n: number) => `0x${n.toString(16).padStart(40, '0')}` as const
const node: LiveNode = {
  node: address(1),
  owner: address(101),
  name: 'one',
  gpuClass: 0,
  accepts: true,
  freeBond: 1000n,
  runtimes: ['node', 'python'],
  sandboxed: true,
  memoryMiB: 4096,
  slots: 2,
  busy: 0,
  connectedSeconds: 60,
}
const wanted: Wanted = {
  customer: address(500),
  gpuClass: 0,
  runtime: 'python',
  memoryMiB: 512,
  members: 3,
  bond: 500n,
  failed: new Set(),
}

describe('who may bid', () => {
  it('takes a node that fits', () => {
    expect(reasonAgainst(node, wanted)).toBeNull()
  })

  it('[case 41] passes over the nodes of the customer', () => {
    expect(reasonAgainst({ ...node, owner: wanted.customer }, wanted)).toMatch('customer')
  })

  it('[case 81] passes over a node that failed on this job before', () => {
    expect(reasonAgainst(node, { ...wanted, failed: new Set([node.node]) })).toMatch('failed')
  })

  it('[case 82] waits until a node that just connected is stable', () => {
    expect(reasonAgainst({ ...node, connectedSeconds: 0.2 }, wanted)).toMatch('a moment ago')
  })

  it('passes over other classes, draining, unable, small, bonded-out and busy nodes, and says why', () => {
    const cases: [Partial<LiveNode>, RegExp][] = [
      [{ gpuClass: 2 }, /class 2/],
      [{ accepts: false }, /no new work/],
      [{ sandboxed: false }, /sandbox/],
      [{ runtimes: ['node'] }, /cannot run python/],
      [{ memoryMiB: 511 }, /511 MiB/],
      [{ freeBond: 499n }, /bond/],
      [{ busy: 2 }, /busy/],
    ]
    for (const [change, reason] of cases)
      expect(reasonAgainst({ ...node, ...change }, wanted)).toMatch(reason)
    const all = cases.map(([change], i) => ({ ...node, ...change, node: address(10 + i) }))
    const { eligible, passedOver } = field([node, ...all], wanted)
    expect(eligible).toEqual([node])
    expect(passedOver).toHaveLength(cases.length)
  })

  it('[case 41] counts neither the customer nor the runner among those who could check', () => {
    const nodes = [1, 2, 3, 4].map((n) => ({ ...node, node: address(n), owner: address(100 + n) }))
    expect(otherOwners(nodes, address(1), wanted)).toBe(3)
    const twins = [...nodes, { ...node, node: address(9), owner: address(102) }]
    expect(otherOwners(twins, address(1), wanted), 'two nodes of one owner are one').toBe(3)
    expect(otherOwners(nodes, address(1), { ...wanted, customer: address(103) })).toBe(2)
  })
})
