/**
 * What the command knows before it is told anything: the network and the customer's key. The only reader of the
 * environment in this room.
 *
 * Without configuration it uses the local network: `npm start` writes its address into `<home>/network.json` and the test
 * customer's key into `<home>/keys/customer.key`.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PrivateKeyAccount } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import * as z from 'zod'
import type { Hex } from '../lib/kernel/ids.ts'
import { CliError, EXIT } from './exit.ts'

const networkFileSchema = z.object({ url: z.url() })

export interface CliConfig {
  /** Base address of the network's site, without a slash at the end. */
  readonly url: string
  readonly home: string
}

/** Data folder of the local network: OPENGPU_HOME, else `.opengpu` in the clone this command lies in. */
function homeFolder(): string {
  const named = process.env.OPENGPU_HOME
  return named === undefined || named === ''
    ? fileURLToPath(new URL('../.opengpu', import.meta.url))
    : resolve(named)
}

/** Address and data folder; `OPENGPU_URL` wins over the local network. */
export function readConfig(): CliConfig {
  const home = homeFolder()
  const named = process.env.OPENGPU_URL
  if (named !== undefined && named !== '') {
    if (!/^https?:\/\//.test(named))
      throw new CliError(EXIT.usage, `OPENGPU_URL is not an http(s) address: ${named}`, 'usage')
    return { url: named.replace(/\/+$/, ''), home }
  }
  const file = join(home, 'network.json')
  if (!existsSync(file)) {
    throw new CliError(
      EXIT.network,
      `No local network was found in ${home}. Start one with \`npm start\`; set OPENGPU_HOME if it has another data folder, or OPENGPU_URL to another network.`,
      'no-network',
    )
  }
  const parsed = networkFileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (!parsed.success)
    throw new CliError(
      EXIT.network,
      `${file} is damaged. Start the network again with \`npm start\`.`,
      'no-network',
    )
  return { url: parsed.data.url.replace(/\/+$/, ''), home }
}

/** The customer's account: OPENGPU_KEY_FILE, else the local network's test customer. Throws CliError when there is none. */
export function readCustomer(config: CliConfig): PrivateKeyAccount {
  const named = process.env.OPENGPU_KEY_FILE
  const file =
    named === undefined || named === '' ? join(config.home, 'keys', 'customer.key') : resolve(named)
  if (!existsSync(file)) {
    throw new CliError(
      EXIT.usage,
      `There is no customer key at ${file}. Set OPENGPU_KEY_FILE to a file that holds one private key.`,
      'no-key',
    )
  }
  const key = readFileSync(file, 'utf8').trim()
  if (!/^0x[0-9a-fA-F]{64}$/.test(key))
    throw new CliError(EXIT.usage, `${file} does not hold a private key (0x and 64 hex digits).`, 'no-key')
  return privateKeyToAccount(key as Hex)
}
