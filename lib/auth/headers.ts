/** Secrets as requests bring them. Those in an address or in a body are never read. */
import { SESSION_COOKIE } from './sessions.ts'

/** The token of an `Authorization: Bearer` header, or undefined when there is none of a form that we give out. */
export function bearerToken(header: string | null | undefined): string | undefined {
  return /^Bearer ([A-Za-z0-9_-]{10,200})$/.exec(header ?? '')?.[1]
}

/** The session token in a Cookie header, or undefined. */
export function sessionCookieOf(header: string | null | undefined): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [name, ...value] = part.trim().split('=')
    if (name === SESSION_COOKIE) return value.join('=')
  }
  return undefined
}
