/** Compares two outputs without holding up the worker: what is large is compared in a thread, so that heartbeats go on. */
import { Worker } from 'node:worker_threads'
import { compareOutputs } from '#lib/protocol/comparators/compare.ts'
import type { Comparator } from '#lib/protocol/comparators/schema.ts'

/** Up to so many bytes together a comparison takes less time than a thread takes to start. */
const AT_ONCE_BYTES = 128 * 1024

export interface CompareTask {
  readonly comparator: Comparator
  readonly name: string
  readonly left: Uint8Array
  readonly right: Uint8Array
}

/** Whether the two agree under the comparator. Rejects when the thread fails. */
export async function compareApart(task: CompareTask): Promise<boolean> {
  const { comparator, name, left, right } = task
  if (left.length + right.length <= AT_ONCE_BYTES) {
    return compareOutputs(comparator, [{ name, bytes: left }], [{ name, bytes: right }]).agrees
  }
  const thread = new Worker(new URL('./compareThread.mjs', import.meta.url), {
    workerData: task,
    execArgv: [],
  })
  try {
    return await new Promise<boolean>((resolve, reject) => {
      thread.once('message', resolve)
      thread.once('error', reject)
      thread.once('exit', () => reject(new Error('the comparing thread ended without an answer')))
    })
  } finally {
    await thread.terminate()
  }
}
