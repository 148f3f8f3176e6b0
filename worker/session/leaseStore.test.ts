import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { leaseGrantSchema } from '#lib/protocol/workerEvents.ts'
import { TestGateway } from './gateway.testing.ts'
import { type Kept, LeaseStore } from './leaseStore.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'store-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const newGrant = async () =>
  leaseGrantSchema.parse(await new TestGateway().grantFor({ 'main.py': 'print(1)' }))
const kept: Kept = {
  execution: {
    outcome: 'success',
    manifest: { exitCode: 0, artifacts: [] },
    detail: 'exit code 0',
    truncated: false,
    secondsUsed: 3,
  },
  salt: `0x${'ab'.repeat(32)}`,
}

test('a later process finds the lease, what came of it and its salt', async () => {
  const grant = await newGrant()
  const folder = await new LeaseStore(home).add(grant)
  await folder.keep(kept)
  const [found, ...others] = await new LeaseStore(home).unfinished()
  expect(others).toEqual([])
  expect(found?.kept).toEqual(kept)
  expect(found?.grant).toEqual({ ...grant, inline: [] })
  await found?.remove()
  expect(await new LeaseStore(home).unfinished()).toEqual([])
})

test('a lease that was only granted is found without a result', async () => {
  const folder = await new LeaseStore(home).add(await newGrant())
  await folder.keep(kept)
  rmSync(join(home, 'leases', folder.grant.leaseId, 'kept.json'))
  expect((await new LeaseStore(home).unfinished())[0]?.kept).toBeNull()
})

test('what cannot be read or lies in a foreign folder is removed', async () => {
  const folder = await new LeaseStore(home).add(await newGrant())
  await folder.keep(kept)
  const leases = join(home, 'leases')
  mkdirSync(join(leases, 'half'))
  mkdirSync(join(leases, 'foreign'))
  writeFileSync(
    join(leases, 'foreign/grant.json'),
    readFileSync(join(leases, folder.grant.leaseId, 'grant.json')),
  )
  writeFileSync(join(leases, folder.grant.leaseId, 'kept.json'), '{"salt":')
  expect(await new LeaseStore(home).unfinished()).toEqual([])
  expect(readdirSync(leases)).toEqual([])
})

test('a lease id cannot name a place outside', async () => {
  const grant = { ...(await newGrant()), leaseId: '../../x' }
  await expect(new LeaseStore(home).add(grant)).rejects.toThrow('not a lease id')
  expect(existsSync(join(home, 'x'))).toBe(false)
})

test('a disk that cannot be read costs no salt: nothing is removed', async () => {
  const folder = await new LeaseStore(home).add(await newGrant())
  await folder.keep(kept)
  const file = join(home, 'leases', folder.grant.leaseId, 'kept.json')
  // A folder in its place is the one failure of reading that root meets too.
  rmSync(file)
  mkdirSync(file)
  await expect(new LeaseStore(home).unfinished()).rejects.toMatchObject({ code: 'EISDIR' })
  expect(existsSync(file)).toBe(true)
})
