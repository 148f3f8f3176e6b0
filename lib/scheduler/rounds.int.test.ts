import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Address, lower } from '#lib/kernel/ids.ts'
import {
  awarded,
  chainSays,
  drawn,
  grantOf,
  intentsOf,
  type JobRow,
  jobNow,
  leasesOf,
  makeJob,
  type Rows,
  resulted,
  resultMessage,
  sealAndReveal,
  sealedBy,
  started,
  startMessage,
  startRows,
  submitted,
  upload,
} from '#tests/support/jobRows.ts'
import { lockJob } from '../jobs/transition.ts'
import { type After, stepCommittee } from './committee.ts'
import { checkRevealed, checkSealed, runFinished, runStarted } from './messages.ts'
import { openable } from './openings.ts'

describe('what follows a result', () => {
  let rows: Rows
  beforeAll(async () => {
    rows = await startRows({ nodes: 8 })
  })
  afterAll(() => rows?.stop())
  const key = (i: number) => rows.nodes[i] as (typeof rows.nodes)[number]
  const at = (i: number): Address => lower(key(i).address)

  async function resultedJob() {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows), awarded(key(0)))
    const grant = await grantOf(rows, key(0))
    await runStarted(rows.ctx, at(0), await startMessage(rows, key(0), grant))
    await chainSays(rows, job, started(key(0)))
    const report = await resultMessage(rows, key(0), grant, await upload(rows, grant, `of ${job.id}\n`))
    await runFinished(rows.ctx, at(0), report)
    await chainSays(rows, job, resulted(key(0), report.result.message.commitment))
    return { job, report }
  }

  const step = (id: string, chainNow: number): Promise<After> =>
    rows.ctx.db.transaction(async (tx) => {
      const job = await lockJob(tx, id)
      if (job === null) throw new Error('no such job')
      return stepCommittee(tx, rows.ctx, job, chainNow)
    })
  const carried = async (job: JobRow, kind: string) =>
    (await intentsOf(rows, job.id)).filter((intent) => intent.kind === kind)
  const checks = async (job: JobRow) =>
    (await leasesOf(rows, job.id))
      .filter(({ role }) => role === 'check')
      .map(({ seat, node, state }) => ({ seat, node, state }))
      .sort((a, b) => (a.seat ?? 0) - (b.seat ?? 0))

  it('is opened when it stayed unchecked, once the customer may not challenge any more', async () => {
    const { job, report } = await resultedJob()
    await chainSays(rows, job, ['LeftUnchecked', { attempt: 1, challengeBy: 1_900_000 }])
    expect(await step(job.id, 1_900_000)).toEqual({ kind: 'nothing' })
    expect(await carried(job, 'reveal'), 'members of a challenge could copy it').toEqual([])
    await step(job.id, 1_900_001)
    const [opening] = await carried(job, 'reveal')
    expect(JSON.stringify(opening)).toContain(report.result.opening.outputHash.slice(2))
    expect(await step(job.id, 1_900_031), 'nobody carried it').toEqual({ kind: 'overdue' })
  })

  it('is drawn for again after a challenge, as a purpose of its own', async () => {
    const { job } = await resultedJob()
    await step(job.id, 1_000_300)
    await chainSays(rows, job, ['LeftUnchecked', { attempt: 1, challengeBy: 1_900_000 }])
    await chainSays(rows, job, ['Challenged', { attempt: 1, seedBlock: 1 }])
    await step(job.id, 1_000_301)
    expect(await carried(job, 'draw')).toHaveLength(2)
    expect((await jobNow(rows, job.id)).stage).toBe('drawing')
  })

  it('asks for the chain’s deadline when nobody can be drawn for long', async () => {
    const { job } = await resultedJob()
    const { stageAt } = await jobNow(rows, job.id)
    expect(await step(job.id, stageAt ?? 0)).toEqual({ kind: 'nothing' })
    expect(await step(job.id, (stageAt ?? 0) + 31)).toEqual({ kind: 'overdue' })
  })

  it('waits for an appeal where the verdict takes money, then carries it out', async () => {
    const { job } = await resultedJob()
    await chainSays(rows, job, drawn([key(1), key(2), key(3)]))
    await chainSays(rows, job, ['Judged', { attempt: 1, settlement: 2, appealBy: 2_000_300 }])
    expect(
      (await checks(job)).map(({ state }) => state),
      'the round is over for those that did not speak',
    ).toEqual(['revoked', 'revoked', 'revoked'])
    await step(job.id, 2_000_300)
    expect(await carried(job, 'settle')).toEqual([])
    await step(job.id, 2_000_301)
    expect(await carried(job, 'settle')).toHaveLength(1)
  })

  it('asks members of an enlargement and shows them all outputs once the added seats sealed', async () => {
    const { job } = await resultedJob()
    await chainSays(rows, job, drawn([key(1)]))
    const first = await sealAnd(1)
    await chainSays(rows, job, sealedBy(key(1), first.seal.seal.message.seal))
    await step(job.id, 1_500_000)
    expect(await checkRevealed(rows.ctx, at(1), first.reveal)).toEqual({ kind: 'ok' })
    await chainSays(rows, job, revealedBy(1), ['Enlarged', { attempt: 1, seedBlock: 1 }])
    await chainSays(rows, job, drawn([key(2), key(3)], 1))
    expect(await checks(job)).toMatchObject([
      { seat: 0, node: at(1), state: 'revealed' },
      { seat: 1, node: at(2) },
      { seat: 2, node: at(3) },
    ])
    const [second, third] = [await sealAnd(2), await sealAnd(3)]
    await step(job.id, 1_500_001)
    expect(await carried(job, 'seal'), 'the first seat’s seal is not asked again').toHaveLength(1)
    await chainSays(
      rows,
      job,
      sealedBy(key(2), second.seal.seal.message.seal),
      sealedBy(key(3), third.seal.seal.message.seal),
    )
    await step(job.id, 1_500_002)
    const shown = await shownOf(job, [at(1), at(2), at(3)])
    expect(shown.map(({ node }) => node).sort()).toEqual([at(2), at(3)].sort())
    expect(shown[0]?.payload.seats.map(({ member, manifest }) => [member, manifest !== null])).toEqual([
      [at(1), true],
      [at(2), true],
      [at(3), true],
    ])
  })

  it('asks members of an appeal, on seats of their own even where they sat before', async () => {
    const { job } = await resultedJob()
    await chainSays(rows, job, drawn([key(1)]))
    const first = await sealAnd(1)
    await chainSays(rows, job, sealedBy(key(1), first.seal.seal.message.seal))
    await step(job.id, 1_500_000)
    await checkRevealed(rows.ctx, at(1), first.reveal)
    await chainSays(
      rows,
      job,
      revealedBy(1),
      ['Judged', { attempt: 1, settlement: 2, appealBy: 2_000_300 }],
      ['Appealed', { attempt: 1, appellant: at(0), locked: '1', seedBlock: 1 }],
    )
    await chainSays(rows, job, drawn([key(2), key(1)], 16))
    expect(await checks(job)).toMatchObject([
      { seat: 0, node: at(1), state: 'revealed' },
      { seat: 16, node: at(2), state: 'waiting' },
      { seat: 17, node: at(1), state: 'waiting' },
    ])
    const [second, again] = [await sealAnd(2), await sealAnd(1)]
    await step(job.id, 1_500_001)
    expect(await carried(job, 'seal')).toHaveLength(1)
    await chainSays(
      rows,
      job,
      sealedBy(key(2), second.seal.seal.message.seal),
      sealedBy(key(1), again.seal.seal.message.seal),
    )
    await step(job.id, 1_500_002)
    const shown = await shownOf(job, [at(1), at(2)])
    expect(shown).toHaveLength(2)
    expect(shown[0]?.payload.seats.map(({ seat, member }) => [seat, member])).toEqual([
      [0, at(2)],
      [1, at(1)],
    ])
  })

  async function sealAnd(i: number) {
    const grant = await grantOf(rows, key(i))
    const words = await sealAndReveal(rows, key(i), grant, await upload(rows, grant, `own ${i}\n`))
    expect(await checkSealed(rows.ctx, at(i), words.seal)).toEqual({ kind: 'ok' })
    return words
  }

  async function shownOf(job: JobRow, nodes: readonly Address[]) {
    const own = new Set((await leasesOf(rows, job.id)).map(({ id }) => id))
    return (await openable(rows.ctx, nodes)).filter(({ payload }) => own.has(payload.leaseId))
  }

  const revealedBy = (i: number): [string, Record<string, unknown>] => [
    'Revealed',
    {
      attempt: 1,
      member: at(i),
      outcome: 1,
      outputHash: `0x${'ab'.repeat(32)}`,
      secondsUsed: 3,
      agrees: 0,
    },
  ]
})
