/** `node --import tsx worker/main.ts`: runs one node until it is told to stop. Settings: see config.ts. */
import { messageOf } from '#lib/kernel/errors.ts'
import { createLogger } from '#lib/kernel/logger.ts'
import { readWorkerConfig, type WorkerConfig } from './config.ts'
import { closeInheritedDescriptors } from './sandbox/descriptors.ts'
import { Worker } from './worker.ts'

closeInheritedDescriptors()

let config: WorkerConfig
try {
  config = readWorkerConfig()
} catch (error) {
  console.error(messageOf(error))
  process.exit(2)
}
const logger = createLogger(`worker ${config.name}`, config.logLevel)
process.on('unhandledRejection', (error) =>
  logger.error({ error: messageOf(error) }, 'a promise was left alone'),
)

const worker = await Worker.start(config, logger)
let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    // The second time means now.
    if (stopping) process.exit(130)
    stopping = true
    void worker.drain().then(() => process.exit(0))
  })
}
void worker.untilGivenUp().then(async (reason) => {
  logger.fatal({ reason }, 'the worker ends')
  await worker.stop()
  process.exit(1)
})
