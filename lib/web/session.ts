import 'server-only'
/** Who is signed in, for pages: from the session cookie alone, read again on every render. */
import { cookies } from 'next/headers'
import { cache } from 'react'
import { readSession, SESSION_COOKIE, type Session } from '../auth/sessions.ts'
import { runtime } from '../process/shared.ts'

/** The session of this request, or null. Asked once a request. */
export const getSession = cache(async (): Promise<Session | null> => {
  const token = (await cookies()).get(SESSION_COOKIE)?.value
  return token === undefined ? null : readSession(runtime().db, token)
})
