/** A node of its own process whose steps break one rule. Settings are those of any worker. */
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLogger } from '#lib/kernel/logger.ts'
import type { ExecuteInput } from '#worker/attempt/execute.ts'
import type { Steps } from '#worker/attempt/steps.ts'
import { readWorkerConfig } from '#worker/config.ts'
import { closeInheritedDescriptors } from '#worker/sandbox/descriptors.ts'
import type { Execution } from '#worker/session/leaseStore.ts'
import { Worker } from '#worker/worker.ts'

/** Runs a worker with some steps replaced until it is told to stop. */
export async function runNode(steps: Partial<Steps>): Promise<void> {
  closeInheritedDescriptors()
  const config = readWorkerConfig()
  const worker = await Worker.start(config, createLogger(`fault ${config.name}`, config.logLevel), { steps })
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => void worker.stop().then(() => process.exit(0)))
}

/** An execution whose standard output is `text`, as if the program had printed it. */
export async function claim(input: ExecuteInput, text: string): Promise<Execution> {
  const artifacts = await Promise.all(
    (['stdout', 'stderr'] as const).map(async (kind) => {
      const bytes = Buffer.from(kind === 'stdout' ? text : '')
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      await writeFile(join(input.spool, sha256), bytes, { mode: 0o600 })
      return { kind, name: kind, sha256, bytes: bytes.length }
    }),
  )
  return {
    outcome: 'success',
    manifest: { exitCode: 0, artifacts },
    detail: 'exit code 0 after 0.10 s',
    truncated: false,
    secondsUsed: 1,
  }
}
