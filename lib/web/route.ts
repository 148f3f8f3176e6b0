import 'server-only'
/** The wrapper of every REST route: who calls, may they, is it this site, errors as problems. The handler does one service call. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { ApiKeyScope } from '../auth/apiKeys.ts'
import { sessionCookieOf } from '../auth/headers.ts'
import { isSameOrigin } from '../auth/origins.ts'
import { AppError } from '../kernel/errors.ts'
import { runtime } from '../process/shared.ts'
import { type Caller, mayUse, readCaller } from './credentials.ts'
import { problemOf, problemResponse } from './problem.ts'

type Runtime = ReturnType<typeof runtime>

export interface RouteOptions {
  /** `none`: anybody; a scope: a session or a key with that scope; `session`: only a person's own session; `admin`: a session on the allow-list. */
  readonly need: 'none' | ApiKeyScope | 'session' | 'admin'
  /** Requests a minute and address of the network (per caller when known). Default 300. */
  readonly perMinute?: number
}

export interface RouteInput<Params> {
  readonly request: Request
  readonly params: Params
  readonly caller: Caller | null
  readonly runtime: Runtime
}

const limiters = new Map<number, RateLimiterMemory>()

async function limit(perMinute: number, key: string): Promise<void> {
  let limiter = limiters.get(perMinute)
  if (!limiter) {
    limiter = new RateLimiterMemory({ points: perMinute, duration: 60 })
    limiters.set(perMinute, limiter)
  }
  try {
    await limiter.consume(key)
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error
    throw new AppError('too-many-requests', 'Too many requests. Wait a moment and try again.', {
      status: 429,
      details: { retryAfterSeconds: error.msBeforeNext / 1000 },
    })
  }
}

/** Builds a Next route handler. Without a valid caller 401; without the scope 403; a foreign page 403. */
export function route<Params = Record<string, never>>(
  options: RouteOptions,
  handler: (input: RouteInput<Params>) => Promise<Response>,
): (request: Request, context: { params: Promise<Params> }) => Promise<Response> {
  return async (request, context) => {
    const rt = runtime()
    try {
      const caller = await readCaller(rt.db, {
        cookie: sessionCookieOf(request.headers.get('cookie')),
        authorization: request.headers.get('authorization'),
      })
      guardOrigin(request, caller, rt)
      await limit(
        options.perMinute ?? 300,
        `${new URL(request.url).pathname.split('/')[3] ?? ''}:${caller?.address ?? clientAddress(request)}`,
      )
      authorize(options.need, caller, rt)
      return await handler({ request, params: await context.params, caller, runtime: rt })
    } catch (error) {
      return problemResponse(problemOf(error, rt.logger))
    }
  }
}

/** A state change that a browser sends must come from a page of this site; programs send neither cookie nor origin. */
function guardOrigin(request: Request, caller: Caller | null, rt: Runtime): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  const origin = request.headers.get('origin')
  const fromBrowser = origin !== null || caller?.via === 'cookie' || request.headers.has('sec-fetch-site')
  if (fromBrowser && !isSameOrigin(origin, rt.site)) {
    throw new AppError(
      'foreign-origin',
      'This request did not come from a page of this site, so it was refused.',
      { status: 403 },
    )
  }
}

function authorize(need: RouteOptions['need'], caller: Caller | null, rt: Runtime): void {
  if (need === 'none') return
  if (caller === null) {
    throw new AppError('not-signed-in', 'Sign in with your wallet first, or send a valid API key.', {
      status: 401,
    })
  }
  if (need === 'read' || need === 'cancel') {
    if (!mayUse(caller, need))
      throw new AppError('missing-scope', `This API key may not ${need}. Make one with that scope.`, {
        status: 403,
      })
    return
  }
  if (!mayUse(caller, 'all'))
    throw new AppError('session-needed', 'An API key may not do this. Sign in with your wallet.', {
      status: 403,
    })
  if (need === 'admin' && !rt.isAdmin(caller.address))
    throw new AppError('not-found', 'There is no such page.', { status: 404 })
}

/** The peer's address as our own server saw it; `X-Forwarded-For` is not read, since a stranger can write it. */
function clientAddress(request: Request): string {
  return request.headers.get('x-opengpu-peer') ?? 'unknown'
}

/** JSON answer; private by default, so that no cache keeps one person's page for another. */
export function json(
  value: unknown,
  init: { status?: number; headers?: Record<string, string> } = {},
): Response {
  return new Response(JSON.stringify(value), {
    status: init.status ?? 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'private, no-store', ...init.headers },
  })
}

/** Reads a JSON body of at most `most` bytes, or throws 413 / 400. */
export async function readJson(request: Request, most = 64 * 1024): Promise<unknown> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > most)
    throw new AppError('too-large', `The body is larger than ${most} bytes.`, { status: 413 })
  const reader = request.body?.getReader()
  const parts: Uint8Array[] = []
  let size = 0
  while (reader) {
    const { done, value } = await reader.read().catch(() => {
      throw new AppError('body-incomplete', 'The body broke off before its end. Send it again.')
    })
    if (done) break
    size += value.byteLength
    if (size > most) {
      await reader.cancel()
      throw new AppError('too-large', `The body is larger than ${most} bytes.`, { status: 413 })
    }
    parts.push(value)
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)))
  } catch {
    throw new AppError('invalid-json', 'The body is not JSON in UTF-8.')
  }
}
