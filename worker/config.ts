/** The worker's settings: the only place that reads its environment. */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import * as z from 'zod'
import type { Hex } from '#lib/kernel/ids.ts'
import { weiSchema } from '#lib/protocol/primitives.ts'

const environmentSchema = z.object({
  /** Address of the network's site. */
  OPENGPU_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:3000'),
  /** File that holds the node's own signing key: 0x and 64 hex digits. Never the owner's. */
  OPENGPU_NODE_KEY_FILE: z.string().min(1),
  /** Folder for what must outlive a restart: unfinished leases, their salts and results. */
  OPENGPU_NODE_HOME: z.string().min(1).default('opengpu-node/work'),
  /** What the node is called on the site. */
  OPENGPU_NODE_NAME: z.string().min(1).max(60).optional(),
  /** Wei of oGPU asked for a second of run time. */
  OPENGPU_NODE_ASK: weiSchema.default('100000000000000'),
  /** The GPU class it was registered with; unset: what its devices are. */
  OPENGPU_NODE_GPU_CLASS: z.coerce.number().int().min(0).max(5).optional(),
  /** Jobs run side by side. Committee checks run beside them. */
  OPENGPU_NODE_SLOTS: z.coerce.number().int().min(1).max(64).default(1),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  PATH: z.string().default(''),
})

export interface WorkerConfig {
  readonly url: string
  readonly account: PrivateKeyAccount
  readonly home: string
  readonly name: string
  /** Wei of oGPU a second. */
  readonly ask: bigint
  readonly gpuClass: number | null
  readonly slots: number
  readonly logLevel: string
  /** Where system tools are looked for. */
  readonly path: string
}

/** Reads the settings. Throws an Error that names the variable and what it must be. */
export function readWorkerConfig(
  environment: Record<string, string | undefined> = process.env,
): WorkerConfig {
  const parsed = environmentSchema.safeParse(environment)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Error(`${issue?.path.join('.') ?? 'environment'}: ${issue?.message ?? 'not readable'}`)
  }
  const set = parsed.data
  let key: string
  try {
    key = readFileSync(set.OPENGPU_NODE_KEY_FILE, 'utf8').trim()
  } catch (error) {
    throw new Error(`OPENGPU_NODE_KEY_FILE: ${set.OPENGPU_NODE_KEY_FILE} cannot be read`, { cause: error })
  }
  if (!/^0x[0-9a-fA-F]{64}$/.test(key))
    throw new Error('OPENGPU_NODE_KEY_FILE: the file must hold 0x and 64 hex digits')
  return {
    url: set.OPENGPU_URL.replace(/\/+$/, ''),
    account: privateKeyToAccount(key as Hex),
    home: resolve(set.OPENGPU_NODE_HOME),
    name: set.OPENGPU_NODE_NAME ?? hostname().slice(0, 60),
    ask: BigInt(set.OPENGPU_NODE_ASK),
    gpuClass: set.OPENGPU_NODE_GPU_CLASS ?? null,
    slots: set.OPENGPU_NODE_SLOTS,
    logLevel: set.LOG_LEVEL,
    path: set.PATH,
  }
}
