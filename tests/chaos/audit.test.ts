import { describe, expect, it } from 'vitest'
import type { Address, Hex } from '#lib/kernel/ids.ts'
import { auditOrders, bookOf } from './audit.ts'
import type { ChainLogEvent } from './chainLog.ts'

const order = `0x${'aa'.repeat(32)}` as Hex
const treasury = '0xfee' as Address

function event(
  contract: string,
  name: string,
  args: Record<string, unknown>,
  transaction = '0xend',
): ChainLogEvent {
  return { contract, name, args, transaction: transaction as Hex, block: 1 }
}

/** One order of 100 wei locked that ends as `correct`: 40 to the node, 1 fee, 10 for each of three members, the rest back. */
function course(): ChainLogEvent[] {
  const members = ['m1', 'm2', 'm3']
  const paid = (to: string, amount: number) =>
    event('escrow', 'Paid', { from: 'customer', to, amount: String(amount) })
  return [
    ...['node', ...members].map((node) =>
      event('nodeRegistry', 'NodeRegistered', { node, owner: `owner of ${node}`, bond: '500' }, '0xreg'),
    ),
    event('escrow', 'Deposited', { account: 'customer', amount: '1000' }, '0xdep'),
    event('escrow', 'Locked', { account: 'customer', amount: '100' }, '0xsub'),
    event('taskMarket', 'Submitted', { order, customer: 'customer', locked: '100' }, '0xsub'),
    event('taskMarket', 'Awarded', { order, attempt: 1, node: 'node', price: '41' }, '0xsub'),
    paid('owner of node', 40),
    paid(treasury, 1),
    ...members.flatMap((member) => [
      paid(`owner of ${member}`, 10),
      event('taskMarket', 'MemberPaid', { order, member, amount: '10' }),
    ]),
    event('escrow', 'Released', { account: 'customer', amount: '29' }),
    event('taskMarket', 'Settled', {
      order,
      settlement: 1,
      nodePay: '40',
      fee: '1',
      membersPaid: '30',
      refund: '29',
      slashed: '0',
    }),
  ]
}

describe('the audit of a run', () => {
  it('finds nothing in an order that ended once and paid everybody once', () => {
    const found = auditOrders([order], course(), treasury)
    expect(found).toMatchObject({ lost: [], stuck: [], paidTwice: [], violations: [] })
    expect(found.ends).toEqual([{ orderId: order, row: 'correct' }])
    const book = bookOf(course())
    expect(book.escrow.get('customer')).toEqual({ free: 929n, locked: 0n })
    expect([book.escrowHolds, book.registryHolds]).toEqual([1000n, 2000n])
  })

  it('finds an order that the chain never saw, and one that never ended', () => {
    const other = `0x${'bb'.repeat(32)}` as Hex
    expect(auditOrders([order, other], course(), treasury).lost).toEqual([other])
    const open = course().filter(({ name }) => name !== 'Settled')
    expect(auditOrders([order], open, treasury).stuck).toEqual([order])
  })

  it('finds a second end and a member that was paid twice', () => {
    const events = course()
    const end = events.at(-1) as ChainLogEvent
    expect(auditOrders([order], [...events, end], treasury).paidTwice).toEqual([order])
    const fee = event('taskMarket', 'MemberPaid', { order, member: 'm1', amount: '10' })
    expect(auditOrders([order], [...events, fee], treasury).paidTwice).toEqual([order])
  })

  it('finds money that went to somebody else, and money nobody was owed', () => {
    const swapped = course().map((each) =>
      each.args.to === 'owner of node' ? { ...each, args: { ...each.args, to: 'a stranger' } } : each,
    )
    expect(auditOrders([order], swapped, treasury).violations).toHaveLength(2)
    const extra = event('escrow', 'Paid', { from: 'customer', to: 'a stranger', amount: '5' }, '0xother')
    expect(auditOrders([order], [...course(), extra], treasury).violations).toHaveLength(1)
  })

  it('finds an order of nobody', () => {
    expect(auditOrders([], course(), treasury).violations).toContain(`order ${order} is nobody's`)
  })
})
