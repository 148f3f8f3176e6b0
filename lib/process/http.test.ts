import { request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHttpServer, pathOf } from './http.ts'

describe('the HTTP server', () => {
  let server: Server
  let port: number
  let bodies: number[]
  let seen: Record<string, unknown>[]

  beforeEach(async () => {
    bodies = []
    seen = []
    server = createHttpServer([], (incoming, response) => {
      seen.push({ ...incoming.headers })
      // As a page that is not there: answered without a look at the body.
      if (incoming.url === '/early') return void response.end('no')
      let size = 0
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length
      })
      incoming.on('end', () => {
        bodies.push(size)
        response.end('ok')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  function ask(
    path: string,
    options: { headers?: Record<string, string>; method?: string; body?: () => Buffer | null } = {},
  ) {
    return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
      const outgoing = request(
        { port, path, method: options.method ?? 'GET', headers: options.headers ?? {} },
        (answer) => {
          answer.resume()
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers })
        },
      )
      outgoing.on('error', reject)
      const send = (): void => {
        for (;;) {
          const chunk = options.body?.() ?? null
          if (chunk === null) return void outgoing.end()
          if (!outgoing.write(chunk)) return void outgoing.once('drain', send)
        }
      }
      send()
    })
  }

  it('[case 129] takes from nobody a header that would steer the framework or name the caller', async () => {
    await ask('/ops', {
      headers: {
        'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware',
        'x-forwarded-host': 'evil.example',
        'x-opengpu-peer': '1.2.3.4',
      },
    })
    expect(seen[0]).not.toHaveProperty('x-middleware-subrequest')
    expect(seen[0]).not.toHaveProperty('x-forwarded-host')
    expect(seen[0]).toMatchObject({ 'x-opengpu-peer': '127.0.0.1' })
  })

  it('[case 129] refuses addresses that spell a path in a second way', async () => {
    for (const path of [
      '//ops',
      '/a//b',
      '/%2e%2e/ops',
      '/a/../ops',
      '/ops\\x',
      '/%5cops',
      '/a%00',
      '/%ff%fe',
      '/%zz',
    ]) {
      expect(pathOf(path), path).toBeNull()
    }
    expect((await ask('//ops')).status).toBe(400)
    expect(seen).toEqual([])
    for (const path of ['/', '/ops', '/api/v1/jobs/job_1?x=//y', '/zh-Hant/jobs'])
      expect(pathOf(path)).not.toBeNull()
  })

  it('[case 134] answers 413 to a body that says it is too large, and cuts off one that turns out to be', async () => {
    const announced = await ask('/api/v1/keys', {
      method: 'POST',
      headers: { 'content-length': String(2 ** 30) },
    })
    expect(announced.status).toBe(413)
    expect(announced.headers['content-type']).toBe('application/problem+json')

    const chunk = Buffer.alloc(64 * 1024)
    let left = 1024
    const endless = ask('/api/v1/keys', {
      method: 'POST',
      headers: { 'transfer-encoding': 'chunked' },
      body: () => (left-- > 0 ? chunk : null),
    }).then(
      ({ status }) => status,
      () => 'cut off',
    )
    expect([413, 'cut off']).toContain(await endless)
    expect(bodies).toEqual([])
    expect((await ask('/fine', { method: 'POST', body: once(Buffer.alloc(1024 * 1024)) })).status).toBe(200)
    expect(bodies).toEqual([1024 * 1024])
  })

  it('[case 134] closes the connection of whoever sends without end, after the 413 and also after an earlier answer', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    const endless = (path: string, every: number) =>
      new Promise<{ text: string; milliseconds: number }>((resolve, reject) => {
        const began = performance.now()
        let text = ''
        const socket = connect(port, '127.0.0.1', () => {
          socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`)
          send()
        })
        const send = (): void => {
          if (socket.destroyed) return
          if (every > 0) setTimeout(send, every)
          else if (socket.writableNeedDrain) return void socket.once('drain', send)
          else setImmediate(send)
          socket.write(every > 0 ? '1\r\nx\r\n' : chunk)
        }
        socket.on('data', (data) => {
          text += data
        })
        // Half of it may still be on its way when the other side closes.
        socket.on('error', () => undefined)
        socket.on('close', () => resolve({ text, milliseconds: performance.now() - began }))
        setTimeout(() => reject(new Error(`still open after 8 s: ${text}`)), 8_000).unref()
      })
    const fast = await endless('/api/v1/keys', 0)
    expect(fast.text).toMatch(/^HTTP\/1\.1 413 .*connection: close/is)
    expect(fast.milliseconds).toBeLessThan(2_000)
    const early = await endless('/early', 0)
    expect(early.text).toMatch(/^HTTP\/1\.1 200 /)
    expect(early.milliseconds).toBeLessThan(6_000)
    const slow = await endless('/early', 20)
    expect(slow.text).toMatch(/^HTTP\/1\.1 200 /)
    expect(slow.milliseconds).toBeLessThan(6_000)
    expect(bodies).toEqual([])
  }, 20_000)

  it('keeps the connection when the rest of a body comes soon after the answer', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      let answers = ''
      const socket = connect(port, '127.0.0.1', () => {
        socket.write('POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab')
        setTimeout(() => socket.write('cdGET /early HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), 200)
      })
      socket.on('data', (data) => {
        answers += data
      })
      socket.on('error', reject)
      socket.on('close', () => resolve(answers))
    })
    expect(text.match(/HTTP\/1\.1 200 /g)).toHaveLength(2)
  })

  it('answers nonsense with 400 and lets nobody frame or sniff a page', async () => {
    const raw = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'))
      let text = ''
      socket.on('data', (data) => {
        text += data
      })
      socket.on('close', () => resolve(text))
    })
    expect(raw).toMatch(/^HTTP\/1\.1 400/)
    const { headers } = await ask('/')
    expect(headers).toMatchObject({ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff' })
  })
})

function once(chunk: Buffer): () => Buffer | null {
  let sent = false
  return () => {
    if (sent) return null
    sent = true
    return chunk
  }
}
