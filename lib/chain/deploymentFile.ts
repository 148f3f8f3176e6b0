/**
 * A deployment kept as a file. A data folder has the one it belongs to: the start writes it, server and tools read it.
 * Deployments that everybody shares are published in `contracts/deployments/<chainId>.json`.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
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

/** Of a data folder. */
export function deploymentFile(home: string): string {
  return join(home, 'deployment.json')
}

/** What a checkout knows of a chain that others share. */
export function publishedDeploymentFile(root: string, chainId: number): string {
  return join(root, 'contracts/deployments', `${chainId}.json`)
}

/** Null when there is no such file. Throws AppError `deployment.file` when it is damaged. */
export function readDeploymentFile(file: string): Deployment | null {
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
export function writeDeploymentFile(file: string, deployment: Deployment): void {
  const text = JSON.stringify({ ...deployment, blockNumber: deployment.blockNumber.toString() }, null, 2)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, `${text}\n`)
  renameSync(`${file}.new`, file)
}
