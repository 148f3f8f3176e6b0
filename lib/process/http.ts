/** The HTTP server in front of everything: limits, headers, and which of the handlers below answers. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { monotonicNow } from '../kernel/trace.ts'

/** Answers a request, or says that it is not its business. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => boolean

/** Bodies of these paths may be large: they carry files. All others are small. Bytes. */
const LARGE_BODIES: readonly { readonly path: RegExp; readonly most: number }[] = [
  { path: /^\/api\/leases\/[^/]+\/artifacts\//, most: 65 * 1024 * 1024 },
  { path: /^\/api\/v1\/(jobs|contents)(\/|$)/, most: 200 * 1024 * 1024 },
]
const SMALL_BODY = 1024 * 1024
/** How long the rest of a body may take once its answer was given. */
const REST_MILLISECONDS = 3_000
/** How long a refused one has to read why. */
const READ_MILLISECONDS = 500

/** Headers that steer frameworks or name the caller: only we may set them, never a stranger. */
const NOT_FROM_OUTSIDE = [
  'x-middleware-subrequest',
  'x-middleware-subrequest-id',
  'x-middleware-rewrite',
  'x-middleware-next',
  'x-middleware-set-cookie',
  'x-middleware-override-headers',
  'x-nextjs-data',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-opengpu-peer',
  'x-opengpu-received',
]

export function mostBytes(path: string): number {
  return LARGE_BODIES.find((rule) => rule.path.test(path))?.most ?? SMALL_BODY
}

/** Makes the server. `handlers` are asked in order; `last` answers what nobody else did. Upgrades are for others to listen to. */
export function createHttpServer(
  handlers: readonly Handler[],
  last: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const server = createServer(
    {
      // A stranger who sends slowly holds a socket, not a worker; these bound for how long.
      headersTimeout: 15_000,
      requestTimeout: 120_000,
      keepAliveTimeout: 10_000,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => {
      for (const name of NOT_FROM_OUTSIDE) delete request.headers[name]
      request.headers['x-opengpu-peer'] = request.socket.remoteAddress ?? 'unknown'
      request.headers['x-opengpu-received'] = monotonicNow().toString()
      response.setHeader('X-Content-Type-Options', 'nosniff')
      response.setHeader('X-Frame-Options', 'DENY')
      response.setHeader('Referrer-Policy', 'strict-origin-when-cross-origin')
      const path = pathOf(request.url)
      if (path === null) {
        refuse(request, response, 400, 'invalid-path', 'The address is not one this site has.')
        return
      }
      if (!limitBody(request, response, mostBytes(path))) return
      if (handlers.some((handler) => handler(request, response))) return
      last(request, response)
    },
  )
  server.maxRequestsPerSocket = 1000
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
    else socket.destroy()
  })
  return server
}

/** The path of a request target; null for one that spells a path in more than one way, which no link of ours does. */
export function pathOf(target: string | undefined): string | null {
  const path = (target ?? '').split('?')[0] ?? ''
  if (!path.startsWith('/') || path.includes('//') || path.includes('\\') || path.length > 2048) return null
  // Encoded dots and backslashes only serve to get past a check that reads the path before it is decoded.
  if (/%(2e|5c|00)/i.test(path)) return null
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) return null
  try {
    decodeURIComponent(path)
  } catch {
    // Not UTF-8: whoever decodes it later would fail, or read something else than the next one.
    return null
  }
  return path
}

/**
 * Answers 413 to a body announced as too large, and ends the connection of one that turns out to be. An answer given
 * before the body was whole (a refusal) ends the connection too, unless the rest comes soon: nobody is read from for
 * ever.
 */
function limitBody(request: IncomingMessage, response: ServerResponse, most: number): boolean {
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > most) {
    refuse(request, response, 413, 'too-large', `The body is larger than ${most} bytes.`)
    return false
  }
  const { socket } = request
  response.once('finish', () => {
    if (request.complete) return
    // Whether the request was closed says nothing: a handler that gives up reading closes it and leaves the connection.
    setTimeout(() => {
      if (!request.complete) socket.destroy()
    }, REST_MILLISECONDS).unref()
  })
  let seen = 0
  const push = request.push.bind(request)
  request.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk instanceof Uint8Array) seen += chunk.byteLength
    if (seen <= most) return push(chunk, encoding)
    if (!response.headersSent)
      refuse(request, response, 413, 'too-large', `The body is larger than ${most} bytes.`)
    // Thrown away, its end too: who still sends must come to read the answer, and no handler may take a part for the whole.
    return true
  }
  return true
}

/**
 * Answers and ends the connection. To close it while the other side still sends would throw away the answer on its way,
 * so our half is closed first and what comes is thrown away for a moment.
 */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: string,
  detail: string,
): void {
  const { socket } = request
  socket.destroySoon = () => {
    socket.end()
    const late = setTimeout(() => socket.destroy(), READ_MILLISECONDS)
    socket.once('close', () => clearTimeout(late))
  }
  response.writeHead(status, { 'content-type': 'application/problem+json', connection: 'close' })
  response.end(
    JSON.stringify({
      type: `urn:opengpu:error:${code}`,
      title: code.replaceAll('-', ' '),
      status,
      code,
      detail,
    }),
  )
}
