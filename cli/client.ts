/** The REST client of the command: one request function, answers parsed with the protocol's schemas, errors in words. */
import type { PrivateKeyAccount } from 'viem'
import { createSiweMessage } from 'viem/siwe'
import * as z from 'zod'
import { CliError, EXIT } from './exit.ts'

const problemSchema = z.looseObject({ code: z.string(), detail: z.string() })

export class NetworkClient {
  readonly url: string
  #token: string | null = null

  constructor(url: string) {
    this.url = url
  }

  /** Sends one request; throws CliError with the network's own words. Tries a lost connection again for about 10 s when `patient`. */
  async request(method: string, path: string, body?: unknown, patient = method === 'GET'): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json' }
    if (this.#token !== null) headers.authorization = `Bearer ${this.#token}`
    const init: RequestInit = { method, headers, redirect: 'error' }
    if (body instanceof FormData) init.body = body
    else if (body !== undefined) {
      headers['content-type'] = 'application/json'
      init.body = JSON.stringify(body)
    }
    for (let tries = 0; ; tries++) {
      let response: Response
      try {
        response = await fetch(`${this.url}${path}`, init)
      } catch (error) {
        if (patient && tries < 20) {
          await new Promise((resolve) => setTimeout(resolve, 500))
          continue
        }
        const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
        throw new CliError(
          EXIT.network,
          `The network at ${this.url} did not answer${cause}. Is it running?`,
          'unreachable',
        )
      }
      if (response.ok) return response
      if (patient && tries < 20 && response.status >= 502) {
        await new Promise((resolve) => setTimeout(resolve, 500))
        continue
      }
      throw await problem(response)
    }
  }

  /** GET or POST of JSON, parsed with a schema. */
  async json<T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.request(method, path, body)
    const parsed = schema.safeParse(await response.json())
    if (!parsed.success) {
      throw new CliError(
        EXIT.network,
        `The network at ${this.url} answered something this version does not understand (${path}).`,
        'protocol',
      )
    }
    return parsed.data
  }

  /** Signs in as the customer; later requests carry the session. */
  async signIn(account: PrivateKeyAccount, chainId: number): Promise<void> {
    const { nonce } = await this.json(z.object({ nonce: z.string() }), 'POST', '/api/v1/auth/nonce')
    const site = new URL(this.url)
    const message = createSiweMessage({
      address: account.address,
      chainId,
      domain: site.host,
      uri: site.origin,
      nonce,
      version: '1',
      issuedAt: new Date(),
      statement: 'Sign in to OpenGPU Network.',
    })
    const signature = await account.signMessage({ message })
    const { token } = await this.json(z.object({ token: z.string() }), 'POST', '/api/v1/auth/verify', {
      message,
      signature,
    })
    this.#token = token
  }
}

async function problem(response: Response): Promise<CliError> {
  const parsed = problemSchema.safeParse(await response.json().catch(() => null))
  const detail = parsed.success ? parsed.data.detail : `HTTP ${response.status}`
  const code = parsed.success ? parsed.data.code : 'http'
  // 4xx means the request itself was wrong; everything else is the network's trouble.
  return new CliError(
    response.status >= 400 && response.status < 500 ? EXIT.usage : EXIT.network,
    detail,
    code,
  )
}
