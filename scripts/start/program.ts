/** Our own programs as children, their output in a log, and how one knows that they are ready. */
import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { type OwnedChild, spawnOwned } from '#lib/process/embedded/child.ts'
import type { Service } from '#lib/process/embedded/service.ts'
import { healthViewSchema } from '#lib/protocol/views.ts'
import { ROOT } from './build.ts'

export type Process = { readonly child: OwnedChild; readonly stop: () => Promise<void> }

/** What is well by itself, before any node is there. */
const PARTS = ['database', 'chain', 'indexer', 'engine'] as const
const READY_WITHIN = 90_000
/** Bytes. */
const LARGEST_LOG = 20_000_000

/** A TypeScript program of ours as a child, its output appended to a log. */
export async function startProgram(
  home: string,
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  ready?: (child: OwnedChild) => Promise<void>,
): Promise<Process> {
  mkdirSync(join(home, 'logs'), { recursive: true })
  const log = openLog(join(home, 'logs', `${name}.log`))
  const child = await spawnOwned(process.execPath, ['--import', 'tsx', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    onLine: (line) => log.write(`${line}\n`),
  })
  void child.exited.then(() => log.end())
  const stop = (): Promise<void> => child.stop('SIGTERM', 10_000)
  if (ready) {
    try {
      await ready(child)
    } catch (error) {
      await stop()
      throw error
    }
  }
  return { child, stop }
}

/** Appends to a log; one that has grown large becomes the single older one beside it. */
function openLog(file: string): WriteStream {
  if (existsSync(file) && statSync(file).size > LARGEST_LOG) renameSync(file, `${file}.1`)
  return createWriteStream(file, { flags: 'a' })
}

/** Waits until the address answers at all. */
export async function answers(url: string, child: OwnedChild): Promise<void> {
  await until(
    async () => {
      if (child.hasExited()) throw new Error(`the server ended at once:\n${child.tail()}`)
      await fetch(url, { signal: AbortSignal.timeout(5_000) })
      return true
    },
    () => `the server did not answer within ${READY_WITHIN / 1000} s:\n${child.tail()}`,
  )
}

/** Waits until every part is well; `nodes` says whether living nodes are one of them. */
export async function healthy(url: string, server: Service<Process>, nodes: boolean): Promise<void> {
  let last = ''
  await until(
    async () => {
      const answer = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(5_000) })
      last = await answer.text()
      if (answer.status === 200) return true
      const parts = healthViewSchema.safeParse(JSON.parse(last)).data
      return !nodes && parts !== undefined && PARTS.every((part) => parts[part].ok)
    },
    () => `the network is not well after ${READY_WITHIN / 1000} s: ${last}\n${server.current().child.tail()}`,
  )
}

async function until(probe: () => Promise<boolean>, words: () => string): Promise<void> {
  const end = performance.now() + READY_WITHIN
  for (;;) {
    try {
      if (await probe()) return
    } catch (error) {
      // A refused connection means "not yet"; anything else is the end.
      if (!(error instanceof TypeError) && (error as Error).name !== 'TimeoutError') throw error
    }
    if (performance.now() > end) throw new Error(words())
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
