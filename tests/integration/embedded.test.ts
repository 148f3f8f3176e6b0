import postgresClient from 'postgres'
import { createPublicClient, http, webSocket } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAnvil, type TestChain } from '#tests/support/chain.ts'
import { startPostgres, type TestDatabase } from '#tests/support/postgres.ts'

describe('the servers that tests borrow', () => {
  let database: TestDatabase
  let chain: TestChain
  beforeAll(async () => {
    ;[database, chain] = await Promise.all([startPostgres(), startAnvil()])
  })
  afterAll(async () => {
    await Promise.all([database.stop(), chain.stop()])
  })

  it('gives each file a database of its own on a real server with notifications', async () => {
    const sql = postgresClient(database.url, { max: 2 })
    const heard = new Promise<string>(
      (resolve) => void sql.listen('probe', resolve).then(() => sql.notify('probe', 'hello')),
    )
    expect(await heard).toBe('hello')
    const other = await startPostgres()
    await sql`create table mine (x int)`
    const elsewhere = postgresClient(other.url, { max: 1 })
    await expect(elsewhere`select * from mine`).rejects.toThrow(/does not exist/)
    await Promise.all([sql.end(), elsewhere.end()])
    await other.stop()
  })

  it('gives a chain that answers on both transports', async () => {
    const client = createPublicClient({ transport: http(chain.http) })
    expect(await client.getChainId()).toBe(31337)
    const socket = createPublicClient({ transport: webSocket(chain.url) })
    expect(await socket.getBlockNumber()).toBe(0n)
  })
})
