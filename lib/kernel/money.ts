/**
 * Money as branded integers: wei of oGPU or of ETH can never be mixed, added to a plain number, or rounded by accident.
 *
 * Every helper that can lose a fraction says in its name which side it favours.
 */

declare const brand: unique symbol

/** Wei of oGPU (18 decimals). */
export type Ogpu = bigint & { readonly [brand]: 'oGPU' }

/** Brands a bigint that is known to be wei of oGPU. Throws RangeError below zero. */
export function ogpu(wei: bigint): Ogpu {
  if (wei < 0n) throw new RangeError(`an amount of oGPU cannot be negative: ${wei}`)
  return wei as Ogpu
}

export const WEI_PER_OGPU = 10n ** 18n

/** `value * numerator / denominator`, rounded down. Throws RangeError when the denominator is not positive. */
export function mulDivDown(value: bigint, numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new RangeError('denominator must be positive')
  return (value * numerator) / denominator
}

/** `value * bps / 10000`, rounded down. */
export function bpsDown(value: bigint, bps: bigint | number): bigint {
  return mulDivDown(value, BigInt(bps), 10_000n)
}

const DECIMAL = /^(\d{1,60})(?:\.(\d{1,18}))?$/

/**
 * Parses what a person types ("12.5") into wei. No sign, exponent, hex, separators or more than 18 fraction digits.
 * Returns null when the text is not such an amount.
 */
export function parseOgpu(text: string): Ogpu | null {
  const match = DECIMAL.exec(text.trim())
  if (!match) return null
  const whole = match[1] ?? '0'
  const fraction = (match[2] ?? '').padEnd(18, '0')
  return ogpu(BigInt(whole) * WEI_PER_OGPU + BigInt(fraction))
}

/**
 * Writes wei as oGPU for people: at most `digits` fraction digits, cut (never rounded up), trailing zeros removed.
 * A non-zero amount too small for the digits is written as "<0.0001".
 */
export function formatOgpu(wei: bigint, digits = 4): string {
  const negative = wei < 0n
  const absolute = negative ? -wei : wei
  const whole = absolute / WEI_PER_OGPU
  const fraction = (absolute % WEI_PER_OGPU).toString().padStart(18, '0').slice(0, digits).replace(/0+$/, '')
  if (absolute > 0n && whole === 0n && fraction === '')
    return `${negative ? '-' : ''}<0.${'0'.repeat(Math.max(0, digits - 1))}1`
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}
