import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readLogs } from '#lib/jobs/logs.ts'
import { type Address, lower } from '#lib/kernel/ids.ts'
import {
  awarded,
  chainSays,
  chainTakesBack,
  drawn,
  grantOf,
  intentsOf,
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
  timelineOf,
  upload,
} from '#tests/support/jobRows.ts'
import { lockJob } from '../jobs/transition.ts'
import { stepCommittee } from './committee.ts'
import type { Granted } from './grants.ts'
import { acceptArtifact, authorizeLease, mayRead } from './leaseAccess.ts'
import { checkRevealed, checkSealed, handBack, runFinished, runLogs, runStarted } from './messages.ts'
import { openable } from './openings.ts'

type Grant = Granted['grant']

describe('what the messages of a node that runs do', () => {
  let rows: Rows
  beforeAll(async () => {
    rows = await startRows({ nodes: 8 })
  })
  afterAll(() => rows?.stop())
  const key = (i: number) => rows.nodes[i] as (typeof rows.nodes)[number]
  const at = (i: number): Address => lower(key(i).address)

  async function running(node = 0) {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows), awarded(key(node)))
    const grant = await grantOf(rows, key(node))
    const start = await startMessage(rows, key(node), grant)
    return { job, grant, start }
  }

  it('carry start and result, the result only once the chain knows the start', async () => {
    const { job, grant, start } = await running()
    expect(await runStarted(rows.ctx, at(0), start)).toEqual({ kind: 'ok' })
    const manifest = await upload(rows, grant, 'out\n')
    const report = await resultMessage(rows, key(0), grant, manifest)
    expect(await runFinished(rows.ctx, at(0), report)).toEqual({ kind: 'ok' })
    expect((await intentsOf(rows, job.id)).map(({ kind }) => kind)).toEqual(['start'])
    await chainSays(rows, job, started(key(0)))
    expect((await intentsOf(rows, job.id)).map(({ kind }) => kind)).toEqual(['start', 'result'])
    expect(await jobNow(rows, job.id)).toMatchObject({ state: 'running', exitCode: 0, outcome: 'success' })
  })

  it('[case 77] the same result a hundred times at once is one row and one payment', async () => {
    const { job, grant, start } = await running()
    await runStarted(rows.ctx, at(0), start)
    await chainSays(rows, job, started(key(0)))
    const report = await resultMessage(rows, key(0), grant, await upload(rows, grant, 'out\n'))
    const replies = await Promise.all(Array.from({ length: 100 }, () => runFinished(rows.ctx, at(0), report)))
    expect(new Set(replies.map(({ kind }) => kind))).toEqual(new Set(['ok']))
    expect((await intentsOf(rows, job.id)).filter(({ kind }) => kind === 'result')).toHaveLength(1)
    expect((await timelineOf(rows, job.id)).filter(({ kind }) => kind === 'runFinished')).toHaveLength(1)
    const other = await resultMessage(rows, key(0), grant, report.manifest)
    expect((await runFinished(rows.ctx, at(0), other)).kind, 'another result for the same lease').toBe('gone')
  })

  it('[case 47][case 60] a result for another job, attempt or node, or signed by another, is refused', async () => {
    const { grant, start } = await running()
    await runStarted(rows.ctx, at(0), start)
    const report = await resultMessage(rows, key(0), grant, await upload(rows, grant, 'out\n'))
    const { message } = report.result
    const changed = [
      { ...report.result, message: { ...message, order: `0x${'77'.repeat(32)}` as const } },
      { ...report.result, message: { ...message, attempt: 2 } },
      { ...report.result, message: { ...message, node: at(1) } },
      { ...report.result, message: { ...message, commitment: `0x${'78'.repeat(32)}` as const } },
      { ...report.result, opening: { ...report.result.opening, secondsUsed: 4 } },
    ]
    for (const result of changed)
      expect((await runFinished(rows.ctx, at(0), { ...report, result })).kind).toBe('invalid')
    const forged = await resultMessage(rows, key(1), { ...grant }, report.manifest)
    const inHisName = { ...report, result: { ...report.result, signature: forged.result.signature } }
    expect(await runFinished(rows.ctx, at(0), inHisName)).toMatchObject({
      kind: 'invalid',
      reason: expect.stringMatching(/not signed/),
    })
    expect((await runFinished(rows.ctx, at(1), report)).kind, 'sent by another node').toBe('gone')
    expect((await runFinished(rows.ctx, at(0), { ...report, fence: report.fence - 1 })).kind).toBe('gone')
    expect(await runFinished(rows.ctx, at(0), report)).toEqual({ kind: 'ok' })
  })

  it('a result whose bytes were not uploaded, or are other ones than it says, is refused', async () => {
    const { grant, start } = await running()
    await runStarted(rows.ctx, at(0), start)
    const manifest = await upload(rows, grant, 'out\n')
    const [artifact] = manifest.artifacts
    if (artifact === undefined) throw new Error('no artifact')
    const [script] = grant.spec.files
    const notMine = { ...artifact, sha256: script?.sha256 ?? '', bytes: script?.bytes ?? 0 }
    for (const wrong of [notMine, { ...artifact, sha256: 'ab'.repeat(32) }, { ...artifact, bytes: 5 }]) {
      const report = await resultMessage(rows, key(0), grant, { ...manifest, artifacts: [wrong] })
      expect(await runFinished(rows.ctx, at(0), report)).toMatchObject({
        kind: 'invalid',
        reason: expect.stringMatching(/artifact/),
      })
    }
    const lies = await resultMessage(rows, key(0), grant, { ...manifest, exitCode: 3 })
    lies.result.opening.outcome = 1
    expect((await runFinished(rows.ctx, at(0), lies)).kind).toBe('invalid')
  })

  it('[case 72] a repeat after a lost acknowledgement is answered ok and changes nothing', async () => {
    const { job, grant, start } = await running()
    for (let i = 0; i < 3; i++) expect(await runStarted(rows.ctx, at(0), start)).toEqual({ kind: 'ok' })
    expect((await timelineOf(rows, job.id)).filter(({ kind }) => kind === 'processStarted')).toHaveLength(1)
    const entries = [0, 1, 2].map((seq) => ({ seq, stream: 'stdout' as const, text: `line ${seq}\u0000\n` }))
    const log = { leaseId: grant.leaseId, fence: grant.fence, entries }
    for (let i = 0; i < 3; i++) expect(await runLogs(rows.ctx, at(0), log)).toEqual({ kind: 'ok' })
    const kept = await readLogs(rows.ctx.db, job.id, grant.leaseId, 0)
    expect(kept.map(({ seq, text }) => [seq, text])).toEqual([
      [1, 'line 1\uFFFD\n'],
      [2, 'line 2\uFFFD\n'],
    ])
    expect((await runLogs(rows.ctx, at(1), log)).kind).toBe('gone')
  })

  it('a hand-back frees the node and is carried; later messages of the lease change nothing', async () => {
    const { job, grant, start } = await running()
    await runStarted(rows.ctx, at(0), start)
    const message = { order: job.orderId, attempt: 1, node: at(0) }
    const { domainOf } = await import('#tests/support/jobRows.ts')
    const { MESSAGE_TYPES } = await import('#lib/protocol/messages.ts')
    const signature = await key(0).signTypedData({
      domain: domainOf(rows),
      types: MESSAGE_TYPES,
      primaryType: 'HandBack',
      message,
    })
    const { leaseId, fence } = grant
    const back = { leaseId, fence, reason: 'disk full', handBack: { message, signature } }
    const forged = { ...back, handBack: { message, signature: start.start.signature } }
    expect((await handBack(rows.ctx, at(0), forged)).kind).toBe('invalid')
    expect(await handBack(rows.ctx, at(0), back)).toEqual({ kind: 'ok' })
    expect((await intentsOf(rows, job.id)).map(({ kind }) => kind)).toEqual(['start', 'handBack'])
    expect(await leasesOf(rows, job.id)).toMatchObject([
      { state: 'revoked', reason: 'handed back: disk full' },
    ])
    expect((await runStarted(rows.ctx, at(0), start)).kind).toBe('gone')
  })
})

describe('what the messages of members do', () => {
  let rows: Rows
  beforeAll(async () => {
    rows = await startRows({ nodes: 5 })
  })
  afterAll(() => rows?.stop())
  const key = (i: number) => rows.nodes[i] as (typeof rows.nodes)[number]
  const at = (i: number): Address => lower(key(i).address)
  const step = (id: string, chainNow: number) =>
    rows.ctx.db.transaction(async (tx) => {
      const job = await lockJob(tx, id)
      if (job !== null) await stepCommittee(tx, rows.ctx, job, chainNow)
    })

  /** A job whose result is on chain and whose committee of nodes 1, 2, 3 is drawn. */
  async function drawnJob() {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows), awarded(key(0)))
    const grant = await grantOf(rows, key(0))
    await runStarted(rows.ctx, at(0), await startMessage(rows, key(0), grant))
    await chainSays(rows, job, started(key(0)))
    const report = await resultMessage(
      rows,
      key(0),
      grant,
      await upload(rows, grant, `secret of the node ${job.id}\n`),
    )
    await runFinished(rows.ctx, at(0), report)
    await chainSays(rows, job, resulted(key(0), report.result.message.commitment))
    const draw = await chainSays(rows, job, drawn([key(1), key(2), key(3)]))
    const grants = [await grantOf(rows, key(1)), await grantOf(rows, key(2)), await grantOf(rows, key(3))]
    return { job, report, grants, draw }
  }

  async function sealed(i: number, grant: Grant, stdout: string) {
    const manifest = await upload(rows, grant, stdout)
    return sealAndReveal(rows, key(i), grant, manifest)
  }

  it('[case 43] nobody is shown the node’s output before every seat has sealed on chain', async () => {
    const { job, report, grants } = await drawnJob()
    const hash = report.manifest.artifacts[0]?.sha256 as string
    const leaseOf = async (i: number) => {
      const grant = grants[i] as Grant
      const lease = await authorizeLease(rows.ctx, grant.leaseId, grant.token)
      if (lease === null) throw new Error('no lease')
      return lease
    }
    expect(await mayRead(rows.ctx, await leaseOf(0), hash)).toBe(false)
    const input = job.spec?.files[0]?.sha256 as string
    expect(await mayRead(rows.ctx, await leaseOf(0), input), 'inputs may always be read').toBe(true)

    const words = await Promise.all(grants.map((grant, i) => sealed(i + 1, grant, `own ${i}\n`)))
    for (const i of [0, 1])
      expect(await checkSealed(rows.ctx, at(i + 1), words[i]?.seal as never)).toEqual({ kind: 'ok' })
    await step(job.id, 1_500_000)
    expect(
      (await intentsOf(rows, job.id)).filter(({ kind }) => kind === 'seal'),
      'no hurry, so all in one call',
    ).toEqual([])
    expect(await checkRevealed(rows.ctx, at(1), words[0]?.reveal as never)).toMatchObject({ kind: 'invalid' })
    await checkSealed(rows.ctx, at(3), words[2]?.seal as never)
    await step(job.id, 1_500_000)
    expect((await intentsOf(rows, job.id)).filter(({ kind }) => kind === 'seal')).toHaveLength(1)
    expect(await openable(rows.ctx, [at(1), at(2), at(3)]), 'sealed, but not on chain').toEqual([])
    expect(await mayRead(rows.ctx, await leaseOf(0), hash)).toBe(false)

    await chainSays(
      rows,
      job,
      ...[1, 2, 3].map((i) => sealedBy(key(i), words[i - 1]?.seal.seal.message.seal as never)),
    )
    await step(job.id, 1_500_000)
    const open = await openable(rows.ctx, [at(1), at(2), at(3)])
    expect(open).toHaveLength(3)
    expect(open[0]?.payload.node.opening).toEqual(report.result.opening)
    expect(open[0]?.payload.seats.map(({ member }) => member)).toEqual([at(1), at(2), at(3)])
    expect(await mayRead(rows.ctx, await leaseOf(0), hash)).toBe(true)
    expect(await mayRead(rows.ctx, await leaseOf(0), 'ee'.repeat(32)), 'nothing else').toBe(false)

    for (const i of [0, 1, 2])
      expect(await checkRevealed(rows.ctx, at(i + 1), words[i]?.reveal as never)).toEqual({ kind: 'ok' })
    await step(job.id, 1_500_001)
    await step(job.id, 1_500_002)
    expect((await intentsOf(rows, job.id)).filter(({ kind }) => kind === 'reveal')).toHaveLength(1)
  })

  it('a member can neither change its seal nor reveal what it did not seal or upload', async () => {
    const { job, grants } = await drawnJob()
    const grant = grants[0] as Grant
    const first = await sealed(1, grant, 'mine\n')
    const second = await sealAndReveal(rows, key(1), grant, first.seal.manifest)
    expect(await checkSealed(rows.ctx, at(1), first.seal)).toEqual({ kind: 'ok' })
    expect(await checkSealed(rows.ctx, at(1), first.seal), 'a repeat').toEqual({ kind: 'ok' })
    expect((await checkSealed(rows.ctx, at(1), second.seal)).kind).toBe('gone')
    const lease = await authorizeLease(rows.ctx, grant.leaseId, grant.token)
    if (lease === null) throw new Error('no lease')
    const late = new TextEncoder().encode('more')
    const { sha256Hex } = await import('../jobs/contents.ts')
    await expect(acceptArtifact(rows.ctx, lease, sha256Hex(late), late)).rejects.toMatchObject({
      code: 'lease-over',
    })
    for (const i of [2, 3])
      await checkSealed(rows.ctx, at(i), (await sealed(i, grants[i - 1] as Grant, 'x\n')).seal)
    const seals = (await leasesOf(rows, job.id)).filter(({ role }) => role === 'check')
    await chainSays(rows, job, ...seals.map(({ seal }, i) => sealedBy(key(i + 1), seal as never)))
    await step(job.id, 1_500_000)
    expect(await checkRevealed(rows.ctx, at(1), second.reveal)).toMatchObject({
      kind: 'invalid',
      reason: expect.stringMatching(/sealed/),
    })
    expect(await checkRevealed(rows.ctx, at(1), first.reveal)).toEqual({ kind: 'ok' })
  })

  it('[case 45] near the deadline the seals that are there are carried without the missing ones', async () => {
    const { job, grants } = await drawnJob()
    await checkSealed(rows.ctx, at(1), (await sealed(1, grants[0] as Grant, 'a\n')).seal)
    await step(job.id, 1_999_950)
    expect((await intentsOf(rows, job.id)).filter(({ kind }) => kind === 'seal')).toEqual([])
    await step(job.id, 1_999_995)
    await step(job.id, 1_999_996)
    const keys = (await intentsOf(rows, job.id))
      .filter(({ kind }) => kind === 'seal')
      .map((intent) => intent.key)
    expect(keys).toEqual([`seal:${job.orderId}:1:${(await jobNow(rows, job.id)).stageAt}:${at(1)}`])
  })

  it('[case 45] a committee of which nobody seals is settled once the time for it is over', async () => {
    const { job } = await drawnJob()
    await step(job.id, 1_999_999)
    expect((await intentsOf(rows, job.id)).filter(({ kind }) => kind === 'settle')).toEqual([])
    await step(job.id, 2_000_001)
    expect((await intentsOf(rows, job.id)).filter(({ kind }) => kind === 'settle')).toHaveLength(1)
  })

  it('[case 61] a payment that a reorganisation removes is undone, and what was reported still counts', async () => {
    const { job, grants } = await drawnJob()
    const words = await Promise.all(grants.map((grant, i) => sealed(i + 1, grant, 'same\n')))
    for (const [i, word] of words.entries()) await checkSealed(rows.ctx, at(i + 1), word.seal)
    await chainSays(rows, job, ...words.map((word, i) => sealedBy(key(i + 1), word.seal.seal.message.seal)))
    await step(job.id, 1_500_000)
    for (const [i, word] of words.entries()) await checkRevealed(rows.ctx, at(i + 1), word.reveal)
    const end = await chainSays(rows, job, [
      'Settled',
      { attempt: 1, settlement: 1, nodePay: '1', fee: '0', membersPaid: '3', refund: '5', slashed: '0' },
    ])
    expect(await jobNow(rows, job.id)).toMatchObject({ state: 'settled', final: true, nodePay: 1n })
    expect(new Set((await leasesOf(rows, job.id)).map(({ state }) => state))).toEqual(new Set(['done']))
    await chainTakesBack(rows, end)
    expect(await jobNow(rows, job.id)).toMatchObject({
      state: 'checking',
      final: false,
      nodePay: null,
      settlement: null,
    })
    expect((await leasesOf(rows, job.id)).map(({ state }) => state).sort()).toEqual([
      'finished',
      'revealed',
      'revealed',
      'revealed',
    ])
    await chainSays(rows, job, end.map(({ name, args }) => [name, args] as const)[0] as never)
    expect(await jobNow(rows, job.id)).toMatchObject({ state: 'settled', final: true, nodePay: 1n })
  })

  it('[case 61] a draw that a reorganisation removes takes the members’ leases with it', async () => {
    const { job, draw } = await drawnJob()
    await chainTakesBack(rows, draw)
    expect(await jobNow(rows, job.id)).toMatchObject({ state: 'checking', members: null })
    const states = (await leasesOf(rows, job.id)).map(({ role, state }) => `${role} ${state}`)
    expect(states.sort()).toEqual(['check revoked', 'check revoked', 'check revoked', 'run finished'])
  })
})
