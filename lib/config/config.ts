/** The only reader of process.env on the server. Parsed once a process; a wrong value stops the start with all reasons at once. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type * as z from 'zod'
import { EMBEDDED_CHAIN_ID } from '../kernel/embeddedChain.ts'
import { AppError } from '../kernel/errors.ts'
import type { Address, Hex } from '../kernel/ids.ts'
import { isPublishedKey } from './publishedKeys.ts'
import { VARIABLES, type Variable, type VariableName } from './variables.ts'

type Parsed = { [Name in VariableName]: z.output<(typeof VARIABLES)[Name]['schema']> }

export type Config = {
  readonly databaseUrl: string
  /** Most connections this process opens. */
  readonly databasePool: number
  readonly rpcUrl: string
  /** What strangers are told as the chain's address; null: this server's own `/api/v1/rpc`. */
  readonly publicRpcUrl: string | null
  readonly chainId: number
  /** True on the embedded chain id alone: only there test wallet, faucet and known keys exist. */
  readonly isEmbeddedChain: boolean
  readonly host: string
  readonly port: number
  /** Absolute path of the data folder. */
  readonly home: string
  readonly role: 'web' | 'engine' | 'all'
  /** Without a slash at the end. */
  readonly publicUrl: string
  /** Lower-case. */
  readonly adminAddresses: readonly Address[]
  readonly relayerKey: Hex
  readonly auctioneerKey: Hex
  /** Blocks after which a result is released and money is final. */
  readonly confirmations: number
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
}

/** Reads and checks an environment. Throws AppError `config` that lists every wrong or missing variable, never a secret's value. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, variable] of Object.entries(VARIABLES) as [VariableName, Variable][]) {
    const text = textOf(name, variable, environment, problems)
    const parsed = variable.schema.safeParse(text)
    if (parsed.success) values[name] = parsed.data
    else
      problems.push(
        `${name} ${text === undefined ? 'is missing' : reasonOf(parsed.error)}. ${variable.reason}`,
      )
  }
  if (problems.length === 0) problems.push(...refusals(values as Parsed))
  if (problems.length > 0) {
    throw new AppError('config', `The settings are not usable:\n- ${problems.join('\n- ')}`, { status: 500 })
  }
  return configOf(values as Parsed)
}

let current: Config | undefined

/** The configuration of this process, read at the first call. Next and the server each hold one; both read the same variables. */
export function config(): Config {
  current ??= parseConfig(process.env)
  return current
}

/** The text of a variable: its own, or for a secret the content of the file that `NAME_FILE` names. Empty counts as unset. */
function textOf(
  name: string,
  variable: Variable,
  environment: Readonly<Record<string, string | undefined>>,
  problems: string[],
): string | undefined {
  const own = environment[name]?.trim()
  if (own) return own
  const file = variable.secret ? environment[`${name}_FILE`]?.trim() : undefined
  if (!file) return undefined
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    problems.push(`${name}_FILE cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}.`)
    return undefined
  }
}

function reasonOf(error: z.ZodError): string {
  return error.issues.map((issue) => issue.message).join(', ')
}

/** What is well-formed and still must not run. */
function refusals(values: Parsed): string[] {
  const found: string[] = []
  if (values.RELAYER_KEY === values.AUCTIONEER_KEY)
    found.push('RELAYER_KEY and AUCTIONEER_KEY must be two different keys.')
  if (values.CHAIN_ID === EMBEDDED_CHAIN_ID) return found
  for (const name of ['RELAYER_KEY', 'AUCTIONEER_KEY'] as const) {
    if (isPublishedKey(values[name]))
      found.push(`${name} is a key that everybody knows; make one of your own.`)
  }
  return found
}

function configOf(values: Parsed): Config {
  const isEmbeddedChain = values.CHAIN_ID === EMBEDDED_CHAIN_ID
  return {
    databaseUrl: values.DATABASE_URL,
    databasePool: values.DATABASE_POOL,
    rpcUrl: values.RPC_URL,
    chainId: values.CHAIN_ID,
    isEmbeddedChain,
    host: values.HOST,
    port: values.PORT,
    home: resolve(values.OPENGPU_HOME),
    role: values.OPENGPU_ROLE,
    publicUrl:
      values.PUBLIC_URL ?? `http://${values.HOST === '0.0.0.0' ? '127.0.0.1' : values.HOST}:${values.PORT}`,
    publicRpcUrl: values.PUBLIC_RPC_URL ?? null,
    adminAddresses: values.ADMIN_ADDRESSES,
    relayerKey: values.RELAYER_KEY,
    auctioneerKey: values.AUCTIONEER_KEY,
    confirmations: values.CONFIRMATIONS ?? (isEmbeddedChain ? 1 : 12),
    logLevel: values.LOG_LEVEL,
  }
}
