/** As a member runs nothing: seals an output it made up, and once it is shown the others' claims that all agree with its own. */
import { HONEST_STEPS } from '#worker/attempt/steps.ts'
import { claim, runNode } from './node.ts'

await runNode({
  execute(bench, input, hooks) {
    if (input.grant.role === 'run') return HONEST_STEPS.execute(bench, input, hooks)
    return claim(input, 'sum 4951\n')
  },
  agreement: async ({ opening }) => opening.seats.reduce((bits, { seat }) => bits | (1 << (seat + 1)), 1),
})
