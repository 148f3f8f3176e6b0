/** What a person decides about a deployment, as JSON, and what stands where nothing is said. */
import * as z from 'zod'
import { type Address, lower } from '../kernel/ids.ts'
import { parseOgpu } from '../kernel/money.ts'
import {
  type DeployParameters,
  LOCAL_EPOCH_SECONDS,
  LOCAL_GOVERNANCE,
  LOCAL_MARKET_PARAMETERS,
  LOCAL_MINIMUM_BOND,
  LOCAL_ROUNDS,
  LOCAL_STREAMS,
  LOCAL_UNBOND_SECONDS,
  PUBLIC_GOVERNANCE,
  PUBLIC_MARKET_PARAMETERS,
  PUBLIC_STREAMS,
  PUBLIC_UNBOND_SECONDS,
} from './parameters.ts'

/** As contracts/src/rules/LocalChain.sol has them. */
const LOCAL_CHAIN_IDS: ReadonlySet<number> = new Set([31_337, 1_337])

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'must be an address')
  .transform((text) => lower(text) as Address)
/** A decimal number with at most 18 digits behind the point, to wei. */
const amount = z.string().transform((text, context) => {
  const wei = parseOgpu(text)
  if (wei === null) {
    context.addIssue({ code: 'custom', message: 'must be a decimal number in quotes, like "200000"' })
    return z.NEVER
  }
  return wei as bigint
})
const seconds = z.number().int().positive()
const bps = z.number().int().min(0).max(10_000)

const settingsSchema = z.strictObject({
  treasury: address,
  tokenHolder: address,
  ecosystem: address.optional(),
  guardian: address.optional(),
  taxBps: bps.optional(),
  epochSeconds: seconds.optional(),
  minimumBond: amount.optional(),
  unbondSeconds: seconds.optional(),
  exchange: z.strictObject({ factory: address, router: address, weth: address }).optional(),
  liquidity: z.strictObject({ ogpu: amount, eth: amount }).optional(),
})

/**
 * Parameters for a chain from what somebody wrote. Short delays stand where nothing is said on development chains, those
 * of a public network elsewhere; hard bounds are the contracts' own. Throws ZodError.
 */
export function deployParametersOf(json: unknown, chainId: number): DeployParameters {
  const settings = settingsSchema.parse(json)
  const local = LOCAL_CHAIN_IDS.has(chainId)
  const { minimumBond, unbondSeconds, epochSeconds, ...named } = settings
  return {
    ...(named as Omit<DeployParameters, 'market' | 'minimumBond' | 'unbondSeconds'>),
    market: local ? LOCAL_MARKET_PARAMETERS : PUBLIC_MARKET_PARAMETERS,
    governance: local ? LOCAL_GOVERNANCE : PUBLIC_GOVERNANCE,
    streams: local ? LOCAL_STREAMS : PUBLIC_STREAMS,
    ...(local ? { rounds: LOCAL_ROUNDS } : {}),
    minimumBond: minimumBond ?? LOCAL_MINIMUM_BOND,
    unbondSeconds: unbondSeconds ?? (local ? LOCAL_UNBOND_SECONDS : PUBLIC_UNBOND_SECONDS),
    ...(epochSeconds === undefined ? (local ? { epochSeconds: LOCAL_EPOCH_SECONDS } : {}) : { epochSeconds }),
  }
}
