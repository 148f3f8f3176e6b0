/** What to offer for a transaction. All amounts in wei per gas. Pure. */

export interface Fees {
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

/** Room for the base fee to double before the offer is too low (six full blocks in a row). */
export function offer(baseFeePerGas: bigint, priority: bigint): Fees {
  return { maxFeePerGas: 2n * baseFeePerGas + priority, maxPriorityFeePerGas: priority }
}

/**
 * The offer for the same nonce again: 12.5% above the old one in both parts, rounded up (nodes refuse less than 10%), or
 * what the market asks now where that is more.
 */
export function replacement(old: Fees, now: Fees): Fees {
  const raise = (fee: bigint): bigint => (fee * 9n + 7n) / 8n
  const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
  return {
    maxFeePerGas: max(raise(old.maxFeePerGas) + 1n, now.maxFeePerGas),
    maxPriorityFeePerGas: max(raise(old.maxPriorityFeePerGas) + 1n, now.maxPriorityFeePerGas),
  }
}

/** Gas for a call that is estimated at `estimate` now: the state may have moved by the time it runs, and unused gas is free. */
export function gasLimit(estimate: bigint): bigint {
  return (estimate * 3n) / 2n + 200_000n
}
