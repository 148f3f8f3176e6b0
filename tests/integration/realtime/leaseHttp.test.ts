import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tokenHash } from '#lib/auth/tokens.ts'
import { type Database, openDatabase } from '#lib/db/client.ts'
import { leases } from '#lib/db/schema/dispatch.ts'
import { jobs } from '#lib/db/schema/jobs.ts'
import { putContent, sha256Hex } from '#lib/jobs/contents.ts'
import { newId } from '#lib/kernel/ids.ts'
import { createLogger } from '#lib/kernel/logger.ts'
import { createHttpServer } from '#lib/process/http.ts'
import { JOB_LIMITS, type JobSpec } from '#lib/protocol/jobSpec.ts'
import { createLeaseHandler } from '#lib/realtime/leaseHttp.ts'
import { startPostgres, type TestDatabase } from '#tests/support/postgres.ts'

const TOKEN = 'a-token-that-only-the-node-of-the-lease-knows'
const LEASE = newId('lea')
const script = new TextEncoder().encode('console.log(1)\n'.repeat(50_000))
const secret = new TextEncoder().encode('another customer’s data')
const output = new TextEncoder().encode('result\n')

let database: TestDatabase
let open: Database
let http: Server
let base: string

beforeAll(async () => {
  database = await startPostgres()
  open = openDatabase(database.url)
  const { sha256 } = await putContent(open.db, script)
  await putContent(open.db, secret)
  const jobId = newId('job')
  const spec = {
    files: [{ path: 'main.mjs', sha256, bytes: script.length }],
    stdin: null,
    resources: { diskMiB: 16 },
  } as unknown as JobSpec
  await open.db.insert(jobs).values({
    id: jobId,
    deploymentId: 'd',
    customer: '0x0c',
    title: 'a job',
    state: 'running',
    spec,
    runtime: 'node',
    specHash: '0x01',
    orderId: '0x02',
    order: {} as never,
    orderSignature: '0x00',
    maxPrice: 1n,
  })
  await open.db.insert(leases).values({
    id: LEASE,
    deploymentId: 'd',
    jobId,
    orderId: '0x02',
    attempt: 1,
    role: 'run',
    node: '0x0a',
    state: 'running',
    tokenHash: tokenHash(TOKEN),
    leaseUntil: new Date(Date.now() + 60_000),
  })
  const handler = createLeaseHandler({ db: open.db, logger: createLogger('test', 'silent') })
  http = createHttpServer([handler], (_request, response) => response.end('site'))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}/api/leases/${LEASE}`
})
afterAll(async () => {
  http.closeAllConnections()
  http.close()
  await open.close()
  await database.stop()
})

const ask = (path: string, init: RequestInit = {}, token: string | null = TOKEN) =>
  fetch(`${base}/${path}`, {
    ...init,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(init.headers as object) },
  })
const put = (bytes: Uint8Array, name: string) =>
  ask(`artifacts/${name}`, { method: 'PUT', body: new Uint8Array(bytes) })

it('hands the holder of the lease its inputs, byte for byte, and nobody anything else', async () => {
  const response = await ask(`contents/${sha256Hex(script)}`)
  expect(response.status).toBe(200)
  expect(sha256Hex(new Uint8Array(await response.arrayBuffer()))).toBe(sha256Hex(script))
  expect((await ask(`contents/${sha256Hex(script)}`, {}, null)).status).toBe(404)
  expect((await ask(`contents/${sha256Hex(script)}`, {}, `${TOKEN}x`)).status).toBe(404)
  expect((await ask(`contents/${sha256Hex(secret)}`)).status).toBe(404)
  expect((await ask(`contents/../contents/${sha256Hex(script)}x`)).status).toBe(404)
})

it('stores what is what its name says, once, and refuses other bytes, too many and too late ones', async () => {
  const name = sha256Hex(output)
  expect((await put(output, name)).status).toBe(201)
  expect((await put(output, name)).status).toBe(200)
  expect((await put(output, sha256Hex(script))).status).toBe(422)
  const large = await ask(`artifacts/${name}`, {
    method: 'PUT',
    body: new Uint8Array(JOB_LIMITS.fileBytes + 1),
  }).then(
    ({ status }) => status,
    // The server may end the connection while the body is still on its way.
    () => 413,
  )
  expect(large).toBe(413)
  await open.db.update(leases).set({ state: 'revoked' }).where(eq(leases.id, LEASE))
  expect((await put(output, name)).status).toBe(404)
  expect((await ask(`contents/${sha256Hex(script)}`)).status).toBe(404)
})
