import { issueNonce } from '#lib/auth/signIn.ts'
import { json, route } from '#lib/web/route.ts'

/** A one-time nonce for a sign-in message. */
export const POST = route({ need: 'none', perMinute: 60 }, async ({ runtime }) =>
  json({ nonce: await issueNonce(runtime.db) }),
)
