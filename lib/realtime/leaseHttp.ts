/**
 * Contents to nodes and artifacts from them, with the lease's token as bearer. A raw handler in front of Next: bytes are
 * hashed while they arrive, and nothing is stored that is not what its name says.
 *
 *   GET /api/leases/{leaseId}/contents/{sha256}
 *   PUT /api/leases/{leaseId}/artifacts/{sha256}   201 stored, 200 already there
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Db } from '../db/client.ts'
import { contentSize, streamContent } from '../jobs/contents.ts'
import { AppError, messageOf } from '../kernel/errors.ts'
import type { Logger } from '../kernel/logger.ts'
import { JOB_LIMITS } from '../protocol/jobSpec.ts'
import { acceptArtifact, authorizeLease, mayRead, requireRoom } from '../scheduler/leaseAccess.ts'

const ROUTE = /^\/api\/leases\/([A-Za-z0-9_]{1,40})\/(contents|artifacts)\/([0-9a-f]{64})$/
const PREFIX = '/api/leases/'
/** Bytes of uploads held in memory at a time, over all nodes; who comes when it is full is asked to come again. */
const UPLOADS_BYTES = 256 * 1024 * 1024

export interface LeaseHttpOptions {
  readonly db: Db
  readonly logger: Logger
}

/** Returns a handler that answers requests below /api/leases/ and says whether it did. */
export function createLeaseHandler(
  options: LeaseHttpOptions,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  let held = 0

  async function download(
    leaseId: string,
    token: string,
    sha256: string,
    response: ServerResponse,
  ): Promise<void> {
    const lease = await authorizeLease(options, leaseId, token)
    if (lease === null || !(await mayRead(options, lease, sha256))) throw noSuch()
    const size = await contentSize(options.db, sha256)
    if (size === null) throw noSuch()
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': size,
      'cache-control': 'private, no-store',
    })
    for await (const chunk of streamContent(options.db, sha256)) {
      if (response.destroyed) return
      if (!response.write(chunk)) await drained(response)
    }
    response.end()
  }

  async function upload(
    leaseId: string,
    token: string,
    sha256: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const lease = await authorizeLease(options, leaseId, token)
    if (lease === null) throw noSuch()
    const declared = Number(request.headers['content-length'] ?? Number.NaN)
    if (!Number.isSafeInteger(declared))
      throw new AppError('length-required', 'Say how many bytes come.', { status: 411 })
    if (declared > JOB_LIMITS.fileBytes) throw tooLarge()
    await requireRoom(options, lease, sha256, declared)
    if (held + declared > UPLOADS_BYTES) {
      throw new AppError('busy', 'Too many uploads at once. Try again in a moment.', { status: 503 })
    }
    held += declared
    try {
      const bytes = await readVerified(request, declared, sha256)
      const { stored } = await acceptArtifact(options, lease, sha256, bytes)
      answer(response, stored ? 201 : 200, { sha256 })
    } finally {
      held -= declared
    }
  }

  return (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    if (!path.startsWith(PREFIX)) return false
    const [, leaseId = '', folder, sha256 = ''] = ROUTE.exec(path) ?? []
    const token = /^Bearer ([A-Za-z0-9_-]{20,200})$/.exec(request.headers.authorization ?? '')?.[1]
    const work =
      token === undefined
        ? Promise.reject(noSuch())
        : folder === 'contents' && request.method === 'GET'
          ? download(leaseId, token, sha256, response)
          : folder === 'artifacts' && request.method === 'PUT'
            ? upload(leaseId, token, sha256, request, response)
            : Promise.reject(noSuch())
    work.catch((error: unknown) => fail(error, request, response, options.logger))
    return true
  }
}

/** One answer for no token, a wrong one, a lease that ended and a content that is not of this job. */
function noSuch(): AppError {
  return new AppError('not-found', 'There is no such content for this lease.', { status: 404 })
}

function tooLarge(): AppError {
  return new AppError('too-large', `A file may have at most ${JOB_LIMITS.fileBytes} bytes.`, { status: 413 })
}

/** The whole body, while it stays within what was declared; AppError when it is longer, shorter or other bytes than named. */
async function readVerified(request: IncomingMessage, declared: number, sha256: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(declared)
  const hash = createHash('sha256')
  let at = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (at + chunk.length > declared) throw tooLarge()
    bytes.set(chunk, at)
    hash.update(chunk)
    at += chunk.length
  }
  if (at !== declared) throw new AppError('incomplete', 'The body ended early.', { status: 400 })
  if (hash.digest('hex') !== sha256) {
    throw new AppError('content-mismatch', 'The bytes are not those of the hash in the address.', {
      status: 422,
    })
  }
  return bytes
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'private, no-store' })
  response.end(JSON.stringify(body))
}

function fail(error: unknown, request: IncomingMessage, response: ServerResponse, logger: Logger): void {
  const known = error instanceof AppError
  if (!known) logger.warn({ error: messageOf(error) }, 'a file of a lease could not be carried')
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  // What is left of the body is not wanted; the connection ends with the answer.
  if (!request.readableEnded) response.setHeader('connection', 'close')
  const status = known ? error.status : 503
  answer(response, status, {
    code: known ? error.code : 'unavailable',
    title: known ? error.message : 'The server cannot do this now. Try again in a moment.',
    status,
  })
}
