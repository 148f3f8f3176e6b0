/** The deployment that a data folder belongs to, kept as a file: the start writes it, server and tools read it. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { AppError } from '../kernel/errors.ts'
import type { Address, Hex } from '../kernel/ids.ts'
import { DEPLOYED_NAMES, type Deployment } from './deployment.ts'

const address = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/)
  .transform((text) => text as Address)
const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hex)
const schema = z.object({
  id: hash,
  chainId: z.number().int(),
  blockNumber: z.string().regex(/^\d+$/).transform(BigInt),
  codeHash: hash,
  // Files of older programs name fewer contracts. They are told apart by their code hash, not called damaged.
  addresses: z.partialRecord(z.enum(DEPLOYED_NAMES), address),
  treasury: address,
})

export function deploymentFile(home: string): string {
  return join(home, 'deployment.json')
}

/** The deployment of a data folder; null when there is none yet. Throws AppError `deployment.file` when the file is damaged. */
export function readDeploymentFile(home: string): Deployment | null {
  const file = deploymentFile(home)
  if (!existsSync(file)) return null
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8'))) as Deployment
  } catch (cause) {
    throw new AppError('deployment.file', `${file} is damaged: restore it, or move it away to deploy anew.`, {
      status: 500,
      cause,
    })
  }
}

/** Replaces the file in one step, so that nobody reads half of it. */
export function writeDeploymentFile(home: string, deployment: Deployment): void {
  const file = deploymentFile(home)
  const text = JSON.stringify({ ...deployment, blockNumber: deployment.blockNumber.toString() }, null, 2)
  writeFileSync(`${file}.new`, `${text}\n`)
  renameSync(`${file}.new`, file)
}
