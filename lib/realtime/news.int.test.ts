import pino from 'pino'
import { afterEach, expect, it } from 'vitest'
import { startPostgres, type TestDatabase } from '#tests/support/postgres.ts'
import { type Database, openDatabase } from '../db/client.ts'
import { publish } from '../jobs/outbox.ts'
import { followOutbox } from './news.ts'
import type { Running } from './ports.ts'

let database: TestDatabase
let open: Database
let reader: Running

afterEach(async () => {
  await reader.stop()
  await open.close()
  await database.stop()
})

async function follow(heard: unknown[]): Promise<void> {
  database = await startPostgres()
  open = openDatabase(database.url)
  const logger = pino({ level: 'silent' })
  reader = await followOutbox({
    db: open.db,
    sql: open.sql,
    logger,
    tell: ({ payload }) => heard.push(payload.jobId),
  })
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !condition(); ) {
    if (Date.now() > end) throw new Error('waited too long')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const news = (jobId: string) => ({ jobId, leaseId: 'l', through: 1 })
const tell = (jobId: string) => open.db.transaction((tx) => publish(tx, 'logs', news(jobId)))

it('news whose number is smaller than what was told already is told once, when its transaction commits', async () => {
  const heard: unknown[] = []
  await follow(heard)
  await tell('first')
  let commit: () => void = () => undefined
  const mayCommit = new Promise<void>((resolve) => {
    commit = resolve
  })
  let hasNumber: () => void = () => undefined
  const numbered = new Promise<void>((resolve) => {
    hasNumber = resolve
  })
  const late = open.db.transaction(async (tx) => {
    await publish(tx, 'logs', news('late'))
    hasNumber()
    await mayCommit
  })
  await numbered
  await tell('early')
  await until(() => heard.includes('early'))
  expect(heard).toEqual(['first', 'early'])
  commit()
  await late
  await until(() => heard.includes('late'))
  await tell('last')
  await until(() => heard.includes('last'))
  expect(heard).toEqual(['first', 'early', 'late', 'last'])
})

it('a number that was given up with its transaction holds nobody back', async () => {
  const heard: unknown[] = []
  await follow(heard)
  const givenUp = open.db.transaction(async (tx) => {
    await publish(tx, 'logs', news('never'))
    throw new Error('given up')
  })
  await expect(givenUp).rejects.toThrow('given up')
  for (let at = 0; at < 5; at++) await tell(`job ${at}`)
  await until(() => heard.length >= 5)
  expect(heard).toEqual(['job 0', 'job 1', 'job 2', 'job 3', 'job 4'])
})
