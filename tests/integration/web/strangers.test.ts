import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DASHBOARD_EVENTS } from '#lib/protocol/dashboardEvents.ts'
import { jobRow } from '#tests/support/jobs.ts'
import { describeShown } from './shown.ts'
import { type Ask, ask } from './site.ts'
import { startTown, type Town } from './town.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const JSON_TYPE = { 'content-type': 'application/json' }

let town: Town
beforeAll(async () => {
  town = await startTown()
}, 300_000)
afterAll(() => town?.stop())

const get = (path: string, headers: Record<string, string> = {}, more: Ask = {}) =>
  ask(town.site.url, path, { ...more, headers })

describeShown(() => town)

describe('what belongs to somebody else', () => {
  it('[case 126] looks like what does not exist, in every route and on every page', async () => {
    const { job, key, held } = town
    const unknown = 'job_01jd0000000000000000000000'
    const hash = 'ab'.repeat(32)
    const routes = (id: string, sha256: string, script: string): [string, string, string?][] => [
      ['GET', `/api/v1/jobs/${id}`],
      ['GET', `/api/v1/jobs/${id}/logs`],
      ['GET', `/api/v1/jobs/${id}/logs?leaseId=${job.leaseId}`],
      ['GET', `/api/v1/jobs/${id}/artifacts/${sha256}`],
      ['GET', `/api/v1/jobs/${id}/contents/${script}`],
      ['POST', `/api/v1/jobs/${id}/cancel`, '{}'],
      ['DELETE', `/api/v1/jobs/${id}/data`],
    ]
    const theirs = [
      ...routes(job.id, job.svg, job.script),
      ['DELETE', `/api/v1/keys/${key.id}`] as [string, string, string?],
    ]
    const absent = [
      ...routes(unknown, hash, hash),
      ['DELETE', '/api/v1/keys/key_01jd0000000000000000000000'] as [string, string, string?],
    ]
    for (const [index, [method, path, body]] of theirs.entries()) {
      const options = { method, headers: town.bob.program, ...(body === undefined ? {} : { body }) }
      const answer = await ask(town.site.url, path, options)
      const other = await ask(town.site.url, (absent[index] as [string, string])[1], options)
      expect(answer.status, `${method} ${path}`).toBe(404)
      expect({ status: answer.status, text: answer.text }, path).toEqual({
        status: other.status,
        text: other.text,
      })
      expect(answer.text).not.toContain(job.id)
    }
    for (const [path, other] of [
      [`/jobs/${job.id}`, `/jobs/${unknown}`],
      [`/jobs/${held.id}`, `/jobs/${unknown}`],
    ] as const) {
      const [page, none] = [await get(path, town.bob.browser), await get(other, town.bob.browser)]
      // A page is streamed, so its status is sent before anybody knows: what is said must be the same.
      expect([page.status, words(page.text)]).toEqual([none.status, words(none.text)])
      for (const secret of ['secret', job.svg, job.script, job.leaseId])
        expect(page.text).not.toContain(secret)
    }
    expect((await get('/api/v1/jobs', town.bob.program)).json()).toEqual({ jobs: [], next: null })
    // The control: all of it is there for its customer, and none of it was changed by the tries.
    for (const [method, path] of theirs.filter(([method]) => method === 'GET'))
      expect((await ask(town.site.url, path, { method, headers: town.alice.program })).status, path).toBe(200)
    expect((await get(`/api/v1/jobs/${job.id}`, { authorization: `Bearer ${key.token}` })).status).toBe(200)
    expect(await jobRow(town.network.server.runtime, held.id)).toMatchObject({ state: 'held' })
    expect(await jobRow(town.network.server.runtime, job.id)).toMatchObject({ dataDeletedAt: null })
  })

  it('[case 126] cannot be watched over a socket, by any name of a room', async () => {
    const socket = io(`${town.site.url}/dashboard`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      extraHeaders: { authorization: `Bearer ${town.bob.token}` },
    })
    try {
      await new Promise((resolve, reject) => {
        socket.once('connect', () => resolve(null))
        socket.once('connect_error', reject)
      })
      const node = (await town.network.nodeKey(1).address).toLowerCase()
      for (const jobId of [
        town.job.id,
        town.held.id,
        'job_unknown',
        `job:${town.job.id}`,
        `node:${node}`,
        node,
      ]) {
        const answer: unknown = await socket
          .timeout(5_000)
          .emitWithAck(DASHBOARD_EVENTS.watchJob, { jobId, leaseId: town.job.leaseId, afterLog: -1 })
        expect(answer, jobId).toEqual({
          kind: 'refused',
          code: jobId.length > 40 ? 'invalid' : 'not-found',
        })
      }
    } finally {
      socket.disconnect()
    }
  })
})

describe('an API key', () => {
  it('[case 127] reads what is its owner’s, and neither cancels, deletes, nor makes keys', async () => {
    const { job, held, key } = town
    const bearer = { ...JSON_TYPE, authorization: `Bearer ${key.token}` }
    expect((await get(`/api/v1/jobs/${job.id}`, bearer)).status).toBe(200)
    const refused: [string, string, string, string?][] = [
      ['missing-scope', 'POST', `/api/v1/jobs/${held.id}/cancel`, '{}'],
      ['session-needed', 'DELETE', `/api/v1/jobs/${job.id}/data`],
      ['session-needed', 'GET', '/api/v1/keys'],
      ['session-needed', 'POST', '/api/v1/keys', '{"name":"more","scopes":["cancel"],"expiresInDays":null}'],
      ['session-needed', 'DELETE', `/api/v1/keys/${key.id}`],
    ]
    for (const [code, method, path, body] of refused) {
      const answer = await ask(town.site.url, path, {
        method,
        headers: bearer,
        ...(body === undefined ? {} : { body }),
      })
      expect([answer.status, answer.json().code], `${method} ${path}`).toEqual([403, code])
    }
    expect(await jobRow(town.network.server.runtime, held.id)).toMatchObject({ state: 'held' })
  })

  it('[case 127] is worth nothing in an address, when altered, and once it is revoked', async () => {
    const path = `/api/v1/jobs/${town.job.id}`
    const made = await ask(town.site.url, '/api/v1/keys', {
      method: 'POST',
      headers: town.alice.browser,
      body: JSON.stringify({ name: 'short', scopes: ['read'], expiresInDays: 1 }),
    })
    const { id, token } = made.json() as { id: string; token: string }
    for (const name of ['api_key', 'key', 'token', 'access_token', 'authorization'])
      expect((await get(`${path}?${name}=${token}`)).status, name).toBe(401)
    expect((await get(path, { cookie: `opengpu_session=${token}` })).status).toBe(401)
    expect((await get(path, { authorization: `Basic ${token}` })).status).toBe(401)
    expect((await get(path, { authorization: `Bearer ${token.slice(0, -1)}` })).status).toBe(401)
    const bearer = { authorization: `Bearer ${token}` }
    expect((await get(path, bearer)).status).toBe(200)
    const revoked = await ask(town.site.url, `/api/v1/keys/${id}`, {
      method: 'DELETE',
      headers: town.alice.browser,
    })
    expect(revoked.status).toBe(200)
    expect((await get(path, bearer)).status).toBe(401)
  })
})

describe('a change of state', () => {
  const foreign = (): Record<string, string>[] => [
    {},
    { origin: 'null' },
    { origin: 'https://evil.example' },
    { origin: `${town.site.url}.evil.example` },
    { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    { origin: 'http://evil.example', host: 'evil.example' },
    { 'sec-fetch-site': 'cross-site' },
  ]

  it('[case 128] from another origin is refused by every route that changes anything', async () => {
    const routes = changingRoutes()
    expect(routes.length).toBeGreaterThan(8)
    const ids: Record<string, string> = { jobId: town.held.id, keyId: town.key.id, sha256: town.job.svg }
    for (const { method, path } of routes) {
      const target = path.replace(/\[(\w+)\]/g, (_, name: string) => ids[name] ?? 'x')
      for (const headers of foreign()) {
        const answer = await ask(town.site.url, target, {
          method,
          headers: { ...JSON_TYPE, cookie: town.alice.browser.cookie ?? '', ...headers },
          body: '{"name":"csrf","scopes":["read"],"expiresInDays":null}',
        })
        expect([answer.status, answer.json().code], `${method} ${target} ${JSON.stringify(headers)}`).toEqual(
          [403, 'foreign-origin'],
        )
      }
    }
    // Nothing happened: the session lives, no key was made or revoked, the job still waits.
    const keys = (await get('/api/v1/keys', town.alice.browser)).json().keys as {
      name: string
      id: string
    }[]
    expect(keys.map(({ name }) => name)).toEqual(['reads'])
    expect(await jobRow(town.network.server.runtime, town.held.id)).toMatchObject({ state: 'held' })
    const own = await ask(town.site.url, '/api/v1/keys', {
      method: 'POST',
      headers: town.alice.browser,
      body: JSON.stringify({ name: 'own', scopes: ['read'], expiresInDays: 1 }),
    })
    expect(own.status).toBe(201)
  }, 120_000)

  it('[case 128][case 143] by a server action is refused from another origin and without one, even an admin’s', async () => {
    for (const headers of foreign()) {
      const answer = await act([{ jobId: town.held.id, decision: 'reject', note: 'csrf' }], {
        cookie: town.admin.browser.cookie ?? '',
        ...headers,
      })
      expect(answer.text, JSON.stringify(headers)).not.toContain('"ok":true')
    }
    expect(await jobRow(town.network.server.runtime, town.held.id)).toMatchObject({ state: 'held' })
  }, 60_000)

  it('[case 143] by an action whose id was stolen is refused to everybody who is no admin', async () => {
    const wish = { jobId: town.held.id, decision: 'approve', note: 'let it through' }
    const nobody = { origin: town.site.url }
    const anonymous = await act([wish], nobody)
    expect(anonymous.text).toContain('"code":"not-signed-in"')
    for (const person of [town.bob, town.alice]) {
      for (const input of [wish, { ...wish, caller: town.admin.account.address }, { ...wish, admin: true }]) {
        const answer = await act([input], person.browser)
        expect(answer.text).toMatch(/"ok":false.*"code":"(not-found|invalid-input)"/)
      }
      const [plain] = [await act([wish], person.browser)]
      expect(plain.text).toContain('"code":"not-found"')
    }
    expect(await jobRow(town.network.server.runtime, town.held.id)).toMatchObject({ state: 'held' })
  }, 60_000)

  it('[case 143] by an action with altered arguments is refused to an admin too, and the right one works', async () => {
    const wish = { jobId: town.held.id, decision: 'approve', note: 'fine' }
    const altered: unknown[][] = [
      [],
      [null],
      ['reject'],
      [[wish]],
      [{ ...wish, decision: 'settle' }],
      [{ ...wish, note: '' }],
      [{ ...wish, note: 'x'.repeat(501) }],
      [{ ...wish, note: { $gt: '' } }],
      [{ ...wish, jobId: { ne: null } }],
      [{ ...wish, jobId: '' }],
      [{ ...wish, admin: '0x0000000000000000000000000000000000000000' }],
    ]
    for (const input of altered) {
      const answer = await act(input, town.admin.browser)
      expect(answer.text, JSON.stringify(input)).toMatch(/"ok":false.*"code":"invalid-input"/)
    }
    const missing = await act([{ ...wish, jobId: "x' or true --" }], town.admin.browser)
    expect(missing.text).toContain('"code":"job-not-found"')
    expect(await jobRow(town.network.server.runtime, town.held.id)).toMatchObject({ state: 'held' })
    const right = await act([{ ...wish, decision: 'reject' }], town.admin.browser)
    expect(right.text).toContain('"ok":true')
    expect(await jobRow(town.network.server.runtime, town.held.id)).toMatchObject({ state: 'rejected' })
  }, 60_000)
})

describe('the chain node behind the server', () => {
  it('is named to nobody, because its address may hold a key: calls go through the server', async () => {
    const { port } = new URL(town.network.chain.http)
    for (const page of ['/api/v1/network', '/', '/api/health']) {
      const { text } = await get(page)
      expect(text, page).not.toContain(`:${port}`)
    }
    const told = (await get('/api/v1/network')).json().rpcUrl
    expect(told).toMatch(/\/api\/v1\/rpc$/)
  }, 60_000)
})

describe('a path or header that fools a router', () => {
  it('[case 129] reaches no data of the ops page or of a job', async () => {
    const relayer = town.network.server.runtime.relayer
    const id = town.job.id
    const secret = (text: string): boolean =>
      text.toLowerCase().includes(relayer) || text.includes('secret') || text.includes(town.job.svg)
    // The control: the words that betray are really on the pages.
    expect(secret((await get('/ops', town.admin.browser)).text)).toBe(true)
    expect(secret((await get(`/jobs/${id}`, town.alice.browser)).text)).toBe(true)

    const spelled = (page: string): string[] => [
      page,
      `/${page}`,
      `/.${page}`,
      `/x/..${page}`,
      `/%2e${page}`,
      `/x/%2e%2e${page}`,
      `/%2f${page.slice(1)}`,
      page.replace(/[a-z]/, (letter) => letter.toUpperCase()),
      page.toUpperCase(),
      page.replace('o', '%6f'),
      page.replace('o', '%256f'),
      `${page}/`,
      `${page}.rsc`,
      `${page}.json`,
      `${page}?_rsc=1`,
      `${page};x=1`,
      `/en${page}`,
      `/fr${page}`,
      `/zh-Hant${page}`,
      `/_next/data/x${page}.json`,
      `\\${page}`,
      `${town.site.url}${page}`,
    ]
    const steering: Record<string, string>[] = [
      {},
      { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
      { 'x-middleware-subrequest': 'src/middleware:src/middleware:src/middleware' },
      { rsc: '1' },
      { rsc: '1', 'next-router-prefetch': '1' },
      { 'x-nextjs-data': '1' },
      { 'x-middleware-rewrite': '/ops' },
      { 'x-original-url': '/ops', 'x-rewrite-url': '/ops' },
      { 'x-forwarded-for': '127.0.0.1', 'x-opengpu-peer': '127.0.0.1' },
    ]
    const who: Record<string, string>[] = [{}, { cookie: town.bob.browser.cookie ?? '' }]
    for (const page of ['/ops', `/jobs/${id}`]) {
      const tries = [
        ...spelled(page).map((path) => ({ path, headers: {} as Record<string, string> })),
        ...steering.map((headers) => ({ path: page, headers })),
        ...steering.map((headers) => ({ path: `/api/v1${page}`, headers })),
      ]
      for (const { path, headers } of tries)
        for (const person of who) {
          const answer = await get(path, { ...headers, ...person })
          expect(secret(answer.text), `${path} ${JSON.stringify(headers)} ${answer.status}`).toBe(false)
          expect(answer.status, path).toBeLessThan(500)
        }
    }
  }, 120_000)
})

/** What a page says, without its code and the numbers of this one answer. */
function words(html: string): string {
  return html
    .replace(/<(script|style|template)\b[^>]*>.*?<\/\1>/gs, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
}

/** Every exported handler of the API that is not a reading one, from the sources, so that a new route is tested too. */
function changingRoutes(): { method: string; path: string }[] {
  const folder = join(ROOT, 'app', 'api')
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('route.ts'))
    .flatMap((name) => {
      const source = readFileSync(join(folder, name), 'utf8')
      const methods = [...source.matchAll(/export const (POST|PUT|PATCH|DELETE)\b/g)].map(
        ([, method]) => method,
      )
      return methods.map((method) => ({
        method: method ?? '',
        path: `/api/${name.replace(/\/route\.ts$/, '')}`,
      }))
    })
}

/** Calls the ops page's action the way its form does, with an id read from the build. */
function act(args: unknown[], headers: Readonly<Record<string, string>>) {
  const manifest = JSON.parse(
    readFileSync(join(town.site.folder, 'server/server-reference-manifest.json'), 'utf8'),
  ) as { node: Record<string, { exportedName?: string; workers: Record<string, unknown> }> }
  const [id] =
    Object.entries(manifest.node).find(([, { workers }]) =>
      Object.keys(workers).some((name) => name.includes('ops')),
    ) ?? []
  if (id === undefined) throw new Error('the ops page has no action')
  return ask(town.site.url, '/ops', {
    method: 'POST',
    headers: {
      ...headers,
      accept: 'text/x-component',
      'content-type': 'text/plain;charset=UTF-8',
      'next-action': id,
    },
    body: JSON.stringify(args),
  })
}
