/**
 * Sign-In with Ethereum (EIP-4361), checked against what this server expects. The nonce is single-use and is deleted
 * before anything else is looked at, so that a replay meets nothing, whatever its outcome.
 */
import { SiweMessage } from '@signinwithethereum/siwe'
import { and, eq, gt, lt } from 'drizzle-orm'
import { getAddress, type PublicClient, recoverMessageAddress } from 'viem'
import type { Db } from '../db/client.ts'
import { siweNonces } from '../db/schema/auth.ts'
import { AppError } from '../kernel/errors.ts'
import { type Address, type Hex, lower } from '../kernel/ids.ts'
import { type SiteAddress, siteOrigins } from './origins.ts'
import type { Session } from './sessions.ts'
import { newToken } from './tokens.ts'

const NONCE_SECONDS = 10 * 60
/** How old or how far in the future a message may say it is. */
const ISSUED_SECONDS = 10 * 60

/** A fresh nonce: letters and digits alone, as EIP-4361 wants it. */
export async function issueNonce(db: Db): Promise<string> {
  const nonce = newToken('n')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 32)
  await db.insert(siweNonces).values({ nonce, expiresAt: new Date(Date.now() + NONCE_SECONDS * 1000) })
  return nonce
}

/** Chore: forgets nonces nobody used. */
export async function forgetExpiredNonces(db: Db): Promise<number> {
  const rows = await db
    .delete(siweNonces)
    .where(lt(siweNonces.expiresAt, new Date()))
    .returning({ nonce: siweNonces.nonce })
  return rows.length
}

export interface SignInExpectation {
  /** Hosts this server answers to, such as `127.0.0.1:3000`. */
  readonly domains: readonly string[]
  /** Origins the message's URI may lie under. */
  readonly origins: readonly string[]
  readonly chainId: number
}

/** What a sign-in message must say to be meant for this site. */
export function signInExpectation(site: SiteAddress, chainId: number): SignInExpectation {
  const origins = siteOrigins(site)
  return { origins, domains: origins.map((origin) => new URL(origin).host), chainId }
}

function refuse(reason: string): never {
  throw new AppError(
    'sign-in-refused',
    `Sign-in was refused: ${reason}. Ask for a new sign-in and sign it in your wallet.`,
    { status: 401 },
  )
}

/** Parses strictly (the standard's grammar, EIP-55 address) or refuses. */
function parseMessage(text: string): SiweMessage {
  if (text.length > 4000) refuse('the message is too long')
  let message: SiweMessage
  try {
    message = new SiweMessage(text)
  } catch {
    refuse('the message is not a sign-in message')
  }
  let checksummed: string
  try {
    checksummed = getAddress(lower(message.address as Address))
  } catch {
    refuse('the address is not an address')
  }
  if (checksummed !== message.address) refuse('the address is not written with its checksum')
  // What was signed must be the one spelling of what was parsed, so that nothing hides between the two.
  if (message.toMessage() !== text) refuse('the message has a second spelling')
  return message
}

/**
 * Verifies a signed sign-in message and returns who signed. Throws AppError `sign-in-refused` (401) with the reason.
 * Contract wallets are asked over the chain (ERC-1271).
 */
export async function verifySignIn(
  db: Db,
  publicClient: PublicClient,
  input: { message: string; signature: Hex },
  expected: SignInExpectation,
  nowMilliseconds: number = Date.now(),
): Promise<Session> {
  const message = parseMessage(input.message)
  const [nonce] = await db
    .delete(siweNonces)
    .where(and(eq(siweNonces.nonce, message.nonce), gt(siweNonces.expiresAt, new Date(nowMilliseconds))))
    .returning({ nonce: siweNonces.nonce })
  if (!nonce) refuse('its nonce was used before, has expired, or was not given by this server')
  if (!expected.domains.includes(message.domain))
    refuse(`it is meant for ${message.domain}, not for this site`)
  let origin: string
  try {
    origin = new URL(message.uri).origin
  } catch {
    refuse('its URI is not an address of this site')
  }
  if (!expected.origins.includes(origin)) refuse('its URI is not an address of this site')
  if (message.version !== '1') refuse('its version is not 1')
  if (Number(message.chainId) !== expected.chainId)
    refuse(`it is for chain ${message.chainId}; this network runs on chain ${expected.chainId}`)
  const issued = message.issuedAt === undefined ? Number.NaN : Date.parse(message.issuedAt)
  if (!(Math.abs(nowMilliseconds - issued) <= ISSUED_SECONDS * 1000)) refuse('it was not issued just now')
  if (message.expirationTime !== undefined && !(Date.parse(message.expirationTime) > nowMilliseconds))
    refuse('it has expired')
  if (message.notBefore !== undefined && !(Date.parse(message.notBefore) <= nowMilliseconds))
    refuse('it is not valid yet')
  const address = message.address as Address
  if (!(await signedBy(publicClient, address, input))) refuse('the signature is not by that address')
  return { address: lower(address), chainId: expected.chainId }
}

async function signedBy(
  publicClient: PublicClient,
  address: Address,
  input: { message: string; signature: Hex },
): Promise<boolean> {
  try {
    if ((await recoverMessageAddress(input)) === address) return true
  } catch {
    // Not a 65-byte signature: it may still be a contract wallet's.
  }
  try {
    return await publicClient.verifyMessage({ address, ...input })
  } catch {
    return false
  }
}
