import 'server-only'
/**
 * The wrapper of every server action. An action is a public endpoint: whoever has its id can call it with anything, so the
 * identity comes from the session, the origin is checked here (the framework lets a missing one pass), and the input is parsed.
 */
import { cookies, headers } from 'next/headers'
import type { ZodType } from 'zod'
import { isSameOrigin } from '../auth/origins.ts'
import { SESSION_COOKIE } from '../auth/sessions.ts'
import { AppError } from '../kernel/errors.ts'
import { runtime } from '../process/shared.ts'
import { type Caller, readCaller } from './credentials.ts'
import { type Problem, problemOf } from './problem.ts'

export type ActionResult<T> = { ok: true; value: T } | { ok: false; problem: Problem }

export interface ActionInput<Input, Who> {
  readonly input: Input
  readonly caller: Who
  readonly runtime: ReturnType<typeof runtime>
}

async function run<Input, T>(
  schema: ZodType<Input>,
  raw: unknown,
  work: (input: Input, caller: Caller | null) => Promise<T>,
): Promise<ActionResult<T>> {
  const rt = runtime()
  try {
    if (!isSameOrigin((await headers()).get('origin'), rt.site)) {
      throw new AppError(
        'foreign-origin',
        'This request did not come from a page of this site, so it was refused.',
        { status: 403 },
      )
    }
    const caller = await readCaller(rt.db, {
      cookie: (await cookies()).get(SESSION_COOKIE)?.value,
      authorization: null,
    })
    return { ok: true, value: await work(schema.parse(raw), caller) }
  } catch (error) {
    return { ok: false, problem: problemOf(error, rt.logger) }
  }
}

/** An action for a signed-in person; the caller's address is the session's. */
export function sessionAction<Input, T>(
  schema: ZodType<Input>,
  work: (input: ActionInput<Input, Caller>) => Promise<T>,
) {
  return (raw: unknown) =>
    run(schema, raw, (input, caller) => {
      if (caller === null)
        throw new AppError('not-signed-in', 'Sign in with your wallet first.', { status: 401 })
      return work({ input, caller, runtime: runtime() })
    })
}

/** An action for admins on the allow-list; for everybody else it does not exist. */
export function adminAction<Input, T>(
  schema: ZodType<Input>,
  work: (input: ActionInput<Input, Caller>) => Promise<T>,
) {
  return sessionAction(schema, (action) => {
    if (!action.runtime.isAdmin(action.caller.address))
      throw new AppError('not-found', 'There is no such page.', { status: 404 })
    return work(action)
  })
}
