import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold, foldSeats, type JobEvent, NOTHING_ON_CHAIN } from './fold.ts'
import { isLegalMove } from './states.ts'

const order = `0x${'ab'.repeat(32)}`
const address = (n: number) => `0x${n.toString(16).padStart(40, '0')}`

let block = 10
const event = (name: string, args: Record<string, unknown>): JobEvent => {
  block++
  return { name, args: { order, ...args }, blockNumber: block, blockTime: 1000 + block }
}
const award = (attempt: number, node: number) =>
  event('Awarded', {
    attempt,
    node: address(node),
    price: '400',
    rate: '2',
    base: '500',
    bond: '4000',
    checkBps: 9_091,
    startBy: 1100,
    softDeadline: 1200,
    hardDeadline: 1300,
  })
const started = (attempt: number, node: number) => event('Started', { attempt, node: address(node) })
const members = [address(11), address(12), address(13)]
const settled = (settlement: number) =>
  event('Settled', {
    attempt: 1,
    settlement,
    nodePay: '392',
    fee: '8',
    membersPaid: '1500',
    refund: '2200',
    slashed: '0',
  })
const drawn = (firstSeat: number, of: string[]) =>
  event('CommitteeDrawn', { attempt: 1, firstSeat, members: of, sealBy: 1600, revealBy: 1700 })
const sealed = (member: string | undefined) => event('Sealed', { attempt: 1, member, seal: order })
const whole = (): JobEvent[] => [
  event('Submitted', { customer: address(1), locked: '4100' }),
  award(1, 7),
  started(1, 7),
  event('ResultSubmitted', {
    attempt: 1,
    node: address(7),
    commitment: `0x${'cd'.repeat(32)}`,
    seedBlock: 20,
  }),
  event('CommitteeDrawn', { attempt: 1, firstSeat: 0, members, sealBy: 1400, revealBy: 1500 }),
  ...members.map((member) => event('Sealed', { attempt: 1, member, seal: order })),
  event('Opened', { attempt: 1, opening: {} }),
  ...members.map((member, i) =>
    event('Revealed', { attempt: 1, member, outcome: 1, outputHash: order, secondsUsed: 3 + i, agrees: 15 }),
  ),
  settled(1),
  ...members.map((member) => event('MemberPaid', { member, amount: '500' })),
]

describe('the fold of chain events', () => {
  it('is nothing without events', () => {
    expect(fold([])).toEqual(NOTHING_ON_CHAIN)
  })

  it('follows a job from its order to its payment', () => {
    const events = whole()
    expect(events.map((_, i) => fold(events.slice(0, i + 1)).state)).toEqual([
      'open',
      'awarded',
      'running',
      ...Array(9).fill('checking'),
      ...Array(4).fill('settled'),
    ])
    const view = fold(events)
    expect(view).toMatchObject({ onChain: true, locked: 4100n, attempt: 1, node: address(7), price: 400n })
    expect(view).toMatchObject({
      settlement: 'correct',
      nodePay: 392n,
      fee: 8n,
      membersPaid: 1500n,
      refund: 2200n,
    })
    expect(view.sealed).toEqual(members)
    expect(view.revealed).toEqual(members)
    expect(view.lastEventBlock).toBe(block)
  })

  it('starts the clock anew with a replacement, and forgets that the old node had started', () => {
    const events = [
      ...whole().slice(0, 3),
      event('Replaced', { attempt: 1, oldNode: address(7) }),
      award(2, 8),
    ]
    expect(fold(events)).toMatchObject({ state: 'awarded', attempt: 2, node: address(8), startedAt: null })
    expect(fold([...events, started(2, 8)])).toMatchObject({ state: 'running', node: address(8) })
  })

  it('calls each row of the outcome table settled or refunded', () => {
    const before = whole().slice(0, 12)
    const states = [1, 2, 3, 4, 5, 6, 7, 8].map((row) => fold([...before, settled(row)]).state)
    expect(states).toEqual([
      'settled',
      'refunded',
      'settled',
      'settled',
      'settled',
      'refunded',
      'refunded',
      'settled',
    ])
  })

  it('knows what a job with a result waits for, and until when a party may speak', () => {
    const before = whole().slice(0, 4)
    expect(fold(before)).toMatchObject({ state: 'checking', stage: 'drawing', stageBy: null, bond: 4000n })
    const left = [...before, event('LeftUnchecked', { attempt: 1, challengeBy: 1450 })]
    expect(fold(left)).toMatchObject({ state: 'checking', stage: 'unchecked', stageBy: 1450 })
    const challenged = [...left, event('Challenged', { attempt: 1, seedBlock: 99 })]
    expect(fold(challenged)).toMatchObject({ stage: 'drawing', stageBy: null, seedBlock: 99 })
    const checked = [...challenged, drawn(0, members)]
    expect(fold(checked)).toMatchObject({ stage: 'committee', roundFrom: 0, members })
    const judged = [...checked, event('Judged', { attempt: 1, settlement: 2, appealBy: 1800 })]
    expect(fold(judged)).toMatchObject({ stage: 'judged', stageBy: 1800, settlement: null })
    expect(fold([...judged, settled(2)])).toMatchObject({ state: 'refunded', stage: null, stageBy: null })
  })

  it('adds the members of an enlargement, and replaces them for an appeal', () => {
    const first = [...whole().slice(0, 5), sealed(members[0])]
    const more = [address(14), address(15)]
    const enlarged = [...first, event('Enlarged', { attempt: 1, seedBlock: 30 }), drawn(3, more)]
    expect(fold(enlarged)).toMatchObject({
      members: [...members, ...more],
      roundFrom: 3,
      sealed: [members[0]],
    })
    const appealed = [
      ...enlarged,
      event('Judged', { attempt: 1, settlement: 2, appealBy: 1800 }),
      event('Appealed', { attempt: 1, appellant: address(7), locked: '3500', seedBlock: 40 }),
    ]
    expect(fold(appealed)).toMatchObject({ stage: 'appealed', seedBlock: 40 })
    expect(fold([...appealed, drawn(16, more)])).toMatchObject({ members: more, roundFrom: 16, sealed: [] })
  })

  it('keeps what an expiry and a cancellation cost', () => {
    const expired = fold([...whole().slice(0, 2), event('Expired', { penalty: '100', refund: '4100' })])
    expect(expired).toMatchObject({ state: 'expired', penalty: 100n, refund: 4100n })
    const cancelled = fold([
      ...whole().slice(0, 3),
      event('Cancelled', { nodePay: '10', fee: '1', refund: '4089' }),
    ])
    expect(cancelled).toMatchObject({ state: 'cancelled', nodePay: 10n, fee: 1n, refund: 4089n })
  })

  it('[case 61] any prefix is what a reorganisation may leave, and going back to it is a legal move', () => {
    const events = whole()
    fc.assert(
      fc.property(fc.nat(events.length), fc.nat(events.length), (a, b) => {
        const [short, long] = [fold(events.slice(0, Math.min(a, b))), fold(events.slice(0, Math.max(a, b)))]
        expect(isLegalMove(long.state, short.state, true)).toBe(true)
        // What comes again after a reorganisation is the same as if it had come once.
        expect(
          fold([...events.slice(0, Math.min(a, b)), ...events.slice(Math.min(a, b), Math.max(a, b))]),
        ).toEqual(long)
      }),
    )
  })

  it('only ever moves along the table when events come one by one', () => {
    const events = whole()
    for (let i = 1; i < events.length; i++) {
      const [from, to] = [fold(events.slice(0, i)).state, fold(events.slice(0, i + 1)).state]
      expect(isLegalMove(from, to), `${from} to ${to}`).toBe(true)
    }
  })

  it('skips events that are not about the life of a job', () => {
    const events = whole()
    const strange = event('ParametersChanged', { version: 2 })
    expect(fold([strange, ...events])).toEqual(fold(events))
  })
})

describe('the seats of the committee', () => {
  it('show who sealed, revealed, was paid and was fined', () => {
    const events = whole()
    const fined = event('MemberFined', { member: members[2], amount: '25' })
    const seats = foldSeats([...events.slice(0, -1), fined])
    expect(seats.map(({ seat, member }) => [seat, member])).toEqual(members.map((member, i) => [i, member]))
    expect(seats[0]).toMatchObject({ sealed: true, outcome: 1, seconds: 3, paid: 500n, fined: null })
    expect(seats[2]).toMatchObject({ paid: null, fined: 25n })
    expect(foldSeats(events.slice(0, 4))).toEqual([])
  })

  it('are numbered on through an enlargement and an appeal, where a member may sit again', () => {
    const [first, second] = members as [string, string, string]
    const events = [
      ...whole().slice(0, 5),
      sealed(first),
      drawn(3, [address(14)]),
      sealed(address(14)),
      drawn(16, [second, first]),
      sealed(first),
    ]
    const seats = foldSeats(events)
    expect(seats.map(({ seat }) => seat)).toEqual([0, 1, 2, 3, 16, 17])
    expect(seats.map((seat) => seat.sealed)).toEqual([true, false, false, true, false, true])
  })
})
