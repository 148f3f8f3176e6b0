import { decodeRevert, isRevert } from '../chain/rules/revert.ts'
import { AppError, messageOf } from '../kernel/errors.ts'

/** Runs a chain call; a revert becomes AppError `order-refused` with its reason, no answer becomes `chain-down`. */
export async function fromChain<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (isRevert(error)) {
      const revert = decodeRevert(error)
      throw new AppError('order-refused', `The contract would refuse this order: ${revert.sentence}`, {
        status: 422,
        details: { error: revert.name },
        cause: error,
      })
    }
    throw new AppError('chain-down', 'The chain does not answer at the moment. Try again in a few seconds.', {
      status: 503,
      details: { reason: messageOf(error).slice(0, 200) },
      cause: error,
    })
  }
}
