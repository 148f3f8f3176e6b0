/** Says that the program runs, goes on beating, and never answers. */
import { HONEST_STEPS } from '#worker/attempt/steps.ts'
import { runNode } from './node.ts'

await runNode({
  execute(bench, input, hooks) {
    if (input.grant.role === 'check') return HONEST_STEPS.execute(bench, input, hooks)
    hooks.onStart?.()
    return new Promise((_, reject) =>
      input.signal.addEventListener('abort', () => reject(input.signal.reason)),
    )
  },
})
