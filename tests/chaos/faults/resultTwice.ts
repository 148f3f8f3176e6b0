/** Reports an honest result as often as OPENGPU_FAULT_TIMES says. */
import { runNode } from './node.ts'

const times = Number(process.env.OPENGPU_FAULT_TIMES ?? 2)
const AT_ONCE = 20

await runNode({
  async sayResult(say) {
    const first = await say()
    for (let said = 1; said < times; ) {
      const batch = Math.min(AT_ONCE, times - said)
      await Promise.all(Array.from({ length: batch }, () => say()))
      said += batch
    }
    return first
  },
})
