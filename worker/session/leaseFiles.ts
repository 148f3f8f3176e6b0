/** Contents and artifacts of a lease over HTTP, with the lease's token. Tries until it has an answer or the lease is gone. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { messageOf } from '#lib/kernel/errors.ts'
import type { Logger } from '#lib/kernel/logger.ts'

const TRANSFER_MILLISECONDS = 120_000
const RETRY_MOST = 5_000
/** A lease that is handed out again has another token: for so long a refusal may only mean that it is on its way. */
const NEW_TOKEN_MILLISECONDS = 10_000

/** The network says that this lease is not, or not any more, ours. */
export class LeaseGone extends Error {}
/** Like LeaseGone, but another token may be on its way. */
class TokenRefused extends LeaseGone {}
/** The network hands out other bytes than the spec names, or none, for as long as we tried. */
export class ContentUnavailable extends Error {}

export interface LeaseFiles {
  /** Bytes whose SHA-256 is `sha256`. Throws ContentUnavailable, LeaseGone or the signal's reason. */
  fetchContent(sha256: string, bytes: number, signal: AbortSignal): Promise<Uint8Array>
  /** Stores a file under its hash. Throws LeaseGone or the signal's reason. */
  upload(sha256: string, path: string, signal: AbortSignal): Promise<void>
}

/** `lease.token` is read at every request. `patience`: milliseconds after which a content that cannot be had is given up. */
export function leaseFiles(
  url: string,
  lease: { readonly leaseId: string; readonly token: string },
  patience: number,
  logger: Logger,
): LeaseFiles {
  const base = `${url}/api/leases/${lease.leaseId}`

  async function request(
    method: string,
    path: string,
    body: Uint8Array<ArrayBuffer> | null,
    signal: AbortSignal,
  ): Promise<Response> {
    const headers = { authorization: `Bearer ${lease.token}` }
    const response = await fetch(`${base}/${path}`, {
      method,
      headers: body === null ? headers : { ...headers, 'content-type': 'application/octet-stream' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TRANSFER_MILLISECONDS)]),
      redirect: 'error',
      ...(body === null ? {} : { body }),
    })
    if (response.status === 404 || response.status === 401 || response.status === 403) {
      await response.body?.cancel()
      throw new TokenRefused(`the network answered ${response.status} for ${path}`)
    }
    if (response.status === 409 || response.status === 410) {
      await response.body?.cancel()
      throw new LeaseGone(`the network answered ${response.status} for ${path}`)
    }
    if (!response.ok) {
      await response.body?.cancel()
      throw new Error(`the network answered ${response.status} for ${path}`)
    }
    return response
  }

  async function insist<T>(what: () => Promise<T>, until: number, signal: AbortSignal): Promise<T> {
    let refusedSince: number | null = null
    for (let tries = 0; ; tries++) {
      signal.throwIfAborted()
      try {
        return await what()
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof TokenRefused) {
          refusedSince ??= Date.now()
          if (Date.now() - refusedSince >= Math.min(patience, NEW_TOKEN_MILLISECONDS)) throw error
        } else if (error instanceof LeaseGone) throw error
        else if (Date.now() >= until) throw new ContentUnavailable(messageOf(error), { cause: error })
        logger.debug({ tries, error: messageOf(error) }, 'a transfer is tried again')
        await pause(Math.min(RETRY_MOST, 100 * 2 ** tries) * (0.5 + Math.random()), undefined, { signal })
      }
    }
  }

  return {
    fetchContent: (sha256, bytes, signal) =>
      insist(
        async () => {
          const response = await request('GET', `contents/${sha256}`, null, signal)
          const content = await readBounded(response, bytes)
          if (content.length !== bytes || createHash('sha256').update(content).digest('hex') !== sha256) {
            throw new Error(`the network sent other bytes than ${sha256}`)
          }
          return content
        },
        Date.now() + patience,
        signal,
      ),
    upload: (sha256, path, signal) =>
      insist(
        async () => {
          const body = new Uint8Array(await readFile(path))
          const response = await request('PUT', `artifacts/${sha256}`, body, signal)
          await response.body?.cancel()
        },
        Number.POSITIVE_INFINITY,
        signal,
      ),
  }
}

/** The body, while it is no longer than it should be. */
async function readBounded(response: Response, most: number): Promise<Uint8Array> {
  const content = new Uint8Array(most)
  let at = 0
  for await (const chunk of response.body ?? []) {
    if (at + chunk.length > most) throw new Error('the network sent more bytes than announced')
    content.set(chunk, at)
    at += chunk.length
  }
  return content.subarray(0, at)
}
