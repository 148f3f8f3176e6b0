import 'server-only'
import { runtime } from '../process/shared.ts'
import { getSession } from './session.ts'

export interface Frame {
  readonly address: string | null
  readonly embedded: boolean
  readonly admin: boolean
}

/** What the frame of every page shows: who is signed in, whether he is an admin, and whether the chain is the embedded one. */
export async function getFrame(): Promise<Frame> {
  const rt = runtime()
  const session = await getSession()
  return {
    address: session?.address ?? null,
    embedded: rt.embedded,
    admin: session !== null && rt.isAdmin(session.address),
  }
}
