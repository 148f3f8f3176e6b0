import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createLogger } from '#lib/kernel/logger.ts'
import { LeaseGone, leaseFiles } from './leaseFiles.ts'

const BYTES = Buffer.from('the content')
const SHA256 = createHash('sha256').update(BYTES).digest('hex')
const never = new AbortController().signal
const logger = createLogger('test', 'silent')

let server: Server | undefined
afterEach(() => server?.close())

/** Serves the content to whoever has the token. */
async function serve(token: string): Promise<string> {
  server = createServer((request, response) => {
    response.statusCode = request.headers.authorization === `Bearer ${token}` ? 200 : 404
    response.end(response.statusCode === 200 ? BYTES : '')
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it('a lease that is handed out again with another token goes on with it', async () => {
  const lease = { leaseId: 'lea_1', token: 'old' }
  const files = leaseFiles(await serve('new'), lease, 60_000, logger)
  setTimeout(() => {
    lease.token = 'new'
  }, 300)
  expect(Buffer.from(await files.fetchContent(SHA256, BYTES.length, never))).toEqual(BYTES)
})

it('a lease whose token stays refused is gone', async () => {
  const lease = { leaseId: 'lea_1', token: 'old' }
  const files = leaseFiles(await serve('new'), lease, 500, logger)
  await expect(files.fetchContent(SHA256, BYTES.length, never)).rejects.toBeInstanceOf(LeaseGone)
})
