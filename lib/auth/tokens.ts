/** Secrets handed to people and nodes: random, shown once, kept only as SHA-256. */
import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits in base64url, with a prefix that says what it opens. */
export function newToken(prefix: string): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`
}

/** What the database keeps of a token. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
