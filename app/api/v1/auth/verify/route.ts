import { sessionCookieOf } from '#lib/auth/headers.ts'
import { endSession, SESSION_COOKIE, SESSION_SECONDS, startSession } from '#lib/auth/sessions.ts'
import { signInExpectation, verifySignIn } from '#lib/auth/signIn.ts'
import { signInRequestSchema } from '#lib/protocol/jobRequest.ts'
import { json, readJson, route } from '#lib/web/route.ts'

/** Trades a signed sign-in message for a session: as a cookie for browsers, and as a token for programs (which send no Origin). */
export const POST = route({ need: 'none', perMinute: 60 }, async ({ request, runtime }) => {
  const input = signInRequestSchema.parse(await readJson(request))
  const session = await verifySignIn(
    runtime.db,
    runtime.chain.publicClient,
    input,
    signInExpectation(runtime.site, runtime.deployment.chainId),
  )
  const before = sessionCookieOf(request.headers.get('cookie'))
  if (before !== undefined) await endSession(runtime.db, before)
  const token = await startSession(runtime.db, session)
  const fromBrowser = request.headers.get('origin') !== null
  const secure = runtime.site.publicUrl?.startsWith('https://') ? '; Secure' : ''
  return json(
    { address: session.address, ...(fromBrowser ? {} : { token }) },
    {
      headers: {
        'set-cookie': `${SESSION_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${SESSION_SECONDS}${secure}`,
      },
    },
  )
})
