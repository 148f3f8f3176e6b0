import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { AppError } from '#lib/kernel/errors.ts'
import type { ReadReply, ReadRequest } from './thread.ts'

/** Reading ends by itself after this time; the thread is ended when it does not answer soon after. Milliseconds. */
export const READING_MILLISECONDS = 750
const KILL_AFTER_MILLISECONDS = 950
const START_MILLISECONDS = 20_000

type Scripts = ReadRequest['scripts']
type Analyses = ReadReply['analyses']

let worker: Promise<Worker> | null = null
let queue: Promise<unknown> = Promise.resolve()
let lastId = 0

/**
 * Reads scripts in a thread of their own, one job after the other. Null when the scripts could not be read in time: the
 * thread was ended and the next call starts a new one. Throws AppError `vetting-unavailable` when no thread starts.
 */
export function readScripts(scripts: Scripts): Promise<Analyses | null> {
  const turn = queue.then(() => readNow(scripts))
  queue = turn.catch(() => undefined)
  return turn
}

/** Ends the thread, so that a process can end. The next reading starts another. */
export async function closeReader(): Promise<void> {
  const ending = worker
  worker = null
  if (ending !== null) await (await ending.catch(() => null))?.terminate()
}

async function readNow(scripts: Scripts): Promise<Analyses | null> {
  const started = worker ?? start()
  worker = started
  let thread: Worker
  try {
    thread = await started
  } catch (error) {
    worker = null
    throw new AppError('vetting-unavailable', 'The reader of scripts does not start; the job waits.', {
      status: 503,
      cause: error,
    })
  }
  const id = ++lastId
  const analyses = await new Promise<Analyses | null>((resolve) => {
    const finish = (result: Analyses | null) => {
      clearTimeout(timer)
      thread.off('message', onMessage)
      thread.off('error', onEnd)
      thread.off('exit', onEnd)
      resolve(result)
    }
    const onMessage = (reply: ReadReply) => {
      if (reply.id === id) finish(reply.analyses)
    }
    const onEnd = () => finish(null)
    const timer = setTimeout(onEnd, KILL_AFTER_MILLISECONDS)
    thread.on('message', onMessage)
    thread.on('error', onEnd)
    thread.on('exit', onEnd)
    const request: ReadRequest = { id, milliseconds: READING_MILLISECONDS, scripts }
    thread.postMessage(request)
  })
  if (analyses === null) {
    worker = null
    // Not awaited: a thread that hangs must not hold up the answer.
    thread.terminate().catch(() => undefined)
  }
  return analyses
}

function start(): Promise<Worker> {
  // Options of the process (loaders among them) are not for the thread, which sets up its own.
  const thread = new Worker(threadFile(), { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 512 } })
  // A waiting thread must not keep the process alive.
  thread.unref()
  const started = new Promise<Worker>((resolve, reject) => {
    const timer = setTimeout(() => fail(new Error('no answer')), START_MILLISECONDS)
    const fail = (error: Error) => {
      clearTimeout(timer)
      reject(error)
      thread.terminate().catch(() => undefined)
    }
    // These two stay: without a listener an error of the thread would end the process. Later calls do nothing.
    thread.on('error', fail)
    thread.on('exit', () => {
      // A thread that ended while it waited is not asked again.
      if (worker === started) worker = null
      fail(new Error('the thread ended'))
    })
    thread.once('message', () => {
      clearTimeout(timer)
      resolve(thread)
    })
  })
  return started
}

/** The thread's source. Bundlers move this module, so it is looked for below the working folder as well. */
function threadFile(): string {
  const beside = join(dirname(fileURLToPath(import.meta.url)), 'thread.mjs')
  return existsSync(beside) ? beside : join(process.cwd(), 'lib', 'vetting', 'thread.mjs')
}
