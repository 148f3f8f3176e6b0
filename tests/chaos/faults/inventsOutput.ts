/** Never runs the program: says that it started, and makes an output up. */
import { HONEST_STEPS } from '#worker/attempt/steps.ts'
import { claim, runNode } from './node.ts'

await runNode({
  async execute(bench, input, hooks) {
    if (input.grant.role === 'check') return HONEST_STEPS.execute(bench, input, hooks)
    hooks.onStart?.()
    return claim(input, 'sum 5050\n')
  },
})
