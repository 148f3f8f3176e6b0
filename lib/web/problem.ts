/** Errors as RFC 9457 problem documents. What we did not foresee is logged with an id and shown without its inside. */
import * as z from 'zod'
import { AppError, messageOf } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import type { Logger } from '../kernel/logger.ts'

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly [key: string]: unknown
}

/** Characters; a body with thousands of unknown fields must not be answered with as many words. */
const LONGEST_DETAIL = 2_000
const LONGEST_ISSUE = 200
const MOST_ISSUES = 20

/** Turns anything thrown into a problem; unknown errors become `internal` with an id that the log has too. */
export function problemOf(error: unknown, logger: Logger): Problem {
  if (error instanceof AppError || (error instanceof Error && error.name === 'AppError')) {
    const known = error as AppError
    return {
      ...known.details,
      type: `urn:opengpu:error:${known.code}`,
      title: known.code.replaceAll('-', ' '),
      status: known.status,
      code: known.code,
      detail: known.message,
    }
  }
  if (error instanceof z.ZodError) {
    return {
      type: 'urn:opengpu:error:invalid-input',
      title: 'invalid input',
      status: 400,
      code: 'invalid-input',
      detail: z.prettifyError(error).slice(0, LONGEST_DETAIL),
      issues: error.issues
        .slice(0, MOST_ISSUES)
        .map(({ path, message }) => ({ path: shortened(path.join('.')), message: shortened(message) })),
    }
  }
  const incident = newId('inc')
  logger.error(
    { incident, error: messageOf(error), stack: error instanceof Error ? error.stack : undefined },
    'unforeseen error',
  )
  return {
    type: 'urn:opengpu:error:internal',
    title: 'internal',
    status: 500,
    code: 'internal',
    detail: `Something went wrong on our side. It is logged as ${incident}; nothing was lost. Try again, and tell us that number if it stays.`,
    incident,
  }
}

/** A name or value of the caller's may be part of it, as long as he likes. */
function shortened(text: string): string {
  return text.length <= LONGEST_ISSUE ? text : `${text.slice(0, LONGEST_ISSUE)}…`
}

/** A problem as an HTTP answer. */
export function problemResponse(problem: Problem): Response {
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  const after = problem.retryAfterSeconds
  if (typeof after === 'number') headers.set('retry-after', String(Math.ceil(after)))
  return new Response(JSON.stringify(problem), { status: problem.status, headers })
}

/** 404, also for things that exist and belong to somebody else: the two must look the same. */
export function notFound(what: string): AppError {
  return new AppError('not-found', `There is no such ${what}.`, { status: 404 })
}
