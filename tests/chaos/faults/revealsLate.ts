/** As a member works honestly and seals, but reveals only after OPENGPU_FAULT_SECONDS. */
import { setTimeout as pause } from 'node:timers/promises'
import { runNode } from './node.ts'

const seconds = Number(process.env.OPENGPU_FAULT_SECONDS ?? 60)

await runNode({
  async sayReveal(say, signal) {
    await pause(seconds * 1000, undefined, { signal })
    return say()
  },
})
