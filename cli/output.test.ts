import { describe, expect, it } from 'vitest'
import type { JobState } from '../lib/protocol/jobState.ts'
import type { JobView } from '../lib/protocol/views.ts'
import { jobJson, jobStatus, jobText } from './output.ts'

const ADDRESS = `0x${'0a'.repeat(20)}` as const
const NOTHING = {
  locked: null,
  price: null,
  row: null,
  nodePay: null,
  fee: null,
  membersPaid: null,
  refund: null,
  slashed: null,
  penalty: null,
} as const

function jobView(change: Partial<JobView>): JobView {
  return {
    id: 'job_1',
    title: 'a job',
    state: 'open',
    runtime: 'node',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    maxPrice: '2000000000000000000',
    price: null,
    node: null,
    nodeName: null,
    row: null,
    exitCode: null,
    revision: 1,
    orderId: null,
    customer: ADDRESS,
    spec: null,
    attempt: 0,
    leaseId: null,
    verdict: null,
    timeline: [],
    bids: [],
    committee: [],
    difference: null,
    artifacts: [],
    released: false,
    stdout: null,
    cost: NOTHING,
    deadlines: { submitBy: null, startBy: null, soft: null, hard: null },
    chainNow: 0,
    transactions: [],
    may: { cancel: false, deleteData: false },
    waiting: null,
    ...change,
  }
}

describe('what the command says of a job', () => {
  const settled = (row: 'correct' | 'customerFault' | 'notDeterministic', exitCode: number) =>
    jobView({ state: 'settled', exitCode, cost: { ...NOTHING, row } })

  it('ends with 0 for a correct result alone; a program that failed, or a verdict against it, is 1', () => {
    expect(jobStatus(settled('correct', 0))).toBe(0)
    expect(jobStatus(settled('customerFault', 3))).toBe(1)
    expect(jobStatus(settled('notDeterministic', 0))).toBe(1)
  })

  it.each<[JobState, number]>([
    ['refunded', 1],
    ['expired', 1],
    ['cancelled', 1],
    ['rejected', 1],
    ['held', 1],
    ['open', 0],
    ['running', 0],
    ['checking', 0],
  ])('a job that is %s ends with %i', (state, status) => {
    expect(jobStatus(jobView({ state }))).toBe(status)
  })

  it('gives money as decimal strings of wei to programs and as oGPU to people', () => {
    const cost = {
      ...NOTHING,
      price: '1500000000000000000',
      refund: '500000000000000000',
      nodePay: '1',
      fee: '0',
      membersPaid: '0',
    }
    const job = jobView({ cost })
    expect(jobJson(job)).toMatchObject({ id: 'job_1', state: 'open', price: '1500000000000000000', cost })
    expect(jobText(job)).toContain('1.5 oGPU of at most 2 oGPU')
    expect(jobText(job)).toContain('back to you 0.5 oGPU')
  })

  it('shows a person no control sequence of a title, a node or a file', () => {
    const evil = '\u001b[2Jgone'
    const job = jobView({
      title: evil,
      node: ADDRESS,
      nodeName: evil,
      waiting: evil,
      artifacts: [{ name: evil, kind: 'file', sha256: 'ab'.repeat(32), bytes: 1 }],
    })
    expect(jobText(job)).not.toContain('\u001b')
    expect(jobText(job)).toContain('gone')
  })
})
