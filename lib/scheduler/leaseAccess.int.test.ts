import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lower } from '#lib/kernel/ids.ts'
import {
  awarded,
  chainSays,
  drawn,
  grantOf,
  leasesOf,
  makeJob,
  type Rows,
  resulted,
  sealAndReveal,
  started,
  startRows,
  submitted,
  upload,
} from '#tests/support/jobRows.ts'
import { checkSealed } from './messages.ts'

describe('artifacts of a lease', () => {
  let rows: Rows
  beforeAll(async () => {
    rows = await startRows({ nodes: 4 })
  })
  afterAll(() => rows?.stop())
  const node = (i: number) => rows.nodes[i] as (typeof rows.nodes)[number]

  it('a member that died after its seal stores the same files again, and nothing new', async () => {
    const job = await makeJob(rows)
    await chainSays(
      rows,
      job,
      submitted(rows),
      awarded(node(0)),
      started(node(0)),
      resulted(node(0), `0x${'11'.repeat(32)}`),
    )
    await chainSays(rows, job, drawn([node(1), node(2), node(3)]))
    const grant = await grantOf(rows, node(1))
    const manifest = await upload(rows, grant, 'out')
    const { seal } = await sealAndReveal(rows, node(1), grant, manifest)
    expect(await checkSealed(rows.ctx, lower(node(1).address), seal)).toEqual({ kind: 'ok' })
    const sealed = (await leasesOf(rows, job.id)).find(({ id }) => id === grant.leaseId)
    expect(sealed?.state).toBe('sealed')

    // The process that comes after it cannot know how far the one before got, so it says everything again.
    expect(await upload(rows, grant, 'out')).toEqual(manifest)
    expect(await checkSealed(rows.ctx, lower(node(1).address), seal)).toEqual({ kind: 'ok' })
    await expect(upload(rows, grant, 'other')).rejects.toMatchObject({ code: 'lease-over' })
  })
})
