import { sessionCookieOf } from '#lib/auth/headers.ts'
import { endSession, SESSION_COOKIE } from '#lib/auth/sessions.ts'
import { json, route } from '#lib/web/route.ts'

/** Who is signed in. */
export const GET = route({ need: 'none' }, async ({ caller, runtime }) =>
  json({ address: caller?.address ?? null, admin: caller !== null && runtime.isAdmin(caller.address) }),
)

/** Signs out: the token is worthless on the server from here on. */
export const DELETE = route({ need: 'none' }, async ({ request, runtime }) => {
  const token =
    sessionCookieOf(request.headers.get('cookie')) ??
    request.headers.get('authorization')?.replace(/^Bearer /, '')
  if (token !== undefined) await endSession(runtime.db, token)
  return json(
    { ok: true },
    { headers: { 'set-cookie': `${SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0` } },
  )
})
