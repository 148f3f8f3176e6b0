/** What people write, as pages, files and the command show it. Part of strangers.test.ts, which makes the town. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ask } from './site.ts'
import { FILE_NAME, MARKUP, NODE_NAME, type Town } from './town.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const run = promisify(execFile)

export function describeShown(town: () => Town): void {
  const page = (path: string, headers: Readonly<Record<string, string>>) =>
    ask(town().site.url, path, { headers: { cookie: headers.cookie ?? '' } })

  describe('what people write', () => {
    it('[case 130] is text on every page that shows it, never an element, and only scripts with the nonce run', async () => {
      const { alice, admin, job, network } = town()
      const node = network.nodeKey(1).address.toLowerCase()
      const pages: [string, Readonly<Record<string, string>>, string][] = [
        [`/jobs/${job.id}`, alice.browser, MARKUP],
        ['/jobs', alice.browser, MARKUP],
        [`/jobs/new?again=${job.id}`, alice.browser, ''],
        ['/nodes', {}, NODE_NAME],
        [`/nodes/${node}`, {}, NODE_NAME],
        ['/ops', admin.browser, NODE_NAME],
      ]
      const nonces = new Set<string>()
      for (const [path, headers, shown] of pages) {
        const { status, text, headers: answered } = await page(path, headers)
        expect(status, path).toBe(200)
        expect(text.includes('<img src=x'), `${path}: markup came through`).toBe(false)
        expect(text.includes('<script>window'), `${path}: a script came through`).toBe(false)
        expect(text, path).not.toMatch(/href="javascript:/i)
        if (shown !== '') expect(text, `${path} does not show it`).toContain(escaped(shown))
        const policy = String(answered['content-security-policy'])
        const nonce = /script-src 'self' 'nonce-([^']+)' 'strict-dynamic'/.exec(policy)?.[1]
        expect(nonce, policy).toBeDefined()
        for (const rule of [
          "object-src 'none'",
          "base-uri 'none'",
          "frame-ancestors 'none'",
          "form-action 'self'",
        ])
          expect(policy).toContain(rule)
        expect(policy).not.toMatch(/script-src[^;]*unsafe-(inline|eval)/)
        const scripts = text.match(/<script\b[^>]*>/g) ?? []
        expect(scripts.length).toBeGreaterThan(0)
        for (const script of scripts) expect(script, path).toContain(`nonce="${nonce}"`)
        nonces.add(nonce ?? '')
      }
      expect(nonces.size, 'a nonce is used once').toBe(pages.length)
    })

    it('[case 130] is data in JSON, and a file is an attachment that no browser runs', async () => {
      const { alice, job, site } = town()
      const logs = await ask(site.url, `/api/v1/jobs/${job.id}/logs`, { headers: alice.program })
      expect(logs.headers['content-type']).toMatch(/^application\/json/)
      expect(logs.text).toContain('window.broken')
      for (const path of [`artifacts/${job.svg}`, `contents/${job.script}`]) {
        const file = await ask(site.url, `/api/v1/jobs/${job.id}/${path}`, { headers: alice.program })
        expect(file.status).toBe(200)
        expect(file.headers).toMatchObject({
          'content-type': 'application/octet-stream',
          'content-security-policy': "default-src 'none'; sandbox",
          'x-content-type-options': 'nosniff',
        })
        expect(file.headers['content-disposition']).toMatch(/^attachment; filename="[A-Za-z0-9._-]+"; /)
        expect(file.headers['cache-control']).toContain('private')
      }
      const svg = await ask(site.url, `/api/v1/jobs/${job.id}/artifacts/${job.svg}`, {
        headers: alice.program,
      })
      expect(svg.text).toContain('onload="alert(1)"')
      expect(decodeURIComponent(String(svg.headers['content-disposition']))).toContain(FILE_NAME)
    })

    it('[case 131] prints without a control sequence by the command', async () => {
      const { job, network, site } = town()
      const command = (...args: string[]) =>
        run(process.execPath, [join(ROOT, 'cli/bin.mjs'), ...args], {
          cwd: ROOT,
          env: { ...process.env, OPENGPU_URL: site.url, OPENGPU_HOME: network.home },
        })
      for (const args of [['logs', job.id], ['status', job.id], ['nodes']]) {
        const { stdout, stderr } = await command(...args)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
        expect(`${stdout}${stderr}`, args[0]).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
        if (args[0] === 'logs') {
          expect(stdout).toContain('click')
          expect(stdout).toContain('paid 1')
          expect(stdout).not.toContain('javascript:')
        }
      }
    }, 60_000)
  })

  describe('every answer', () => {
    it('[case 141] may not be framed, sniffed or kept by a cache, and says nothing about the inside', async () => {
      const { alice, bob, job, site } = town()
      const paths: [string, Readonly<Record<string, string>>][] = [
        [`/jobs/${job.id}`, alice.browser],
        ['/account', alice.browser],
        ['/', {}],
        ['/nowhere', {}],
        [`/api/v1/jobs/${job.id}`, alice.program],
        ['/api/v1/account', alice.program],
        ['/api/v1/jobs?limit=0', bob.program],
        ['/api/v1/jobs?state=x%27%20or%201=1', bob.program],
        ['/api/v1/jobs/%ff%fe', bob.program],
        ['/api/v1/jobs/%zz', bob.program],
        [`/api/v1/jobs/${"x'".repeat(500)}`, bob.program],
        [`/api/v1/jobs/${job.id}/logs?after=1e99`, alice.program],
        [`/api/v1/jobs/${job.id}/artifacts/..%2f..%2fpackage.json`, alice.program],
        ['/explorer/tx/0x00', {}],
        ['/_next/../package.json', {}],
      ]
      for (const [path, headers] of paths) {
        const answer = await ask(site.url, path, { headers })
        expect(answer.headers['x-frame-options'], path).toBe('DENY')
        expect(answer.headers['x-content-type-options'], path).toBe('nosniff')
        expect(answer.headers['x-powered-by'], path).toBeUndefined()
        expect(answer.headers['access-control-allow-origin'], path).toBeUndefined()
        expect(answer.status, path).toBeLessThan(500)
        expect(answer.text, path).not.toMatch(
          /node_modules|\.tsx?:\d|at \w+ \(|DrizzleQueryError|select "|PostgresError/,
        )
      }
      for (const [path, headers] of [...paths.slice(0, 2), ...paths.slice(4, 6)]) {
        const { headers: answered } = await ask(site.url, path, { headers })
        expect(String(answered['cache-control']), path).toMatch(/private|no-store/)
        expect(String(answered['cache-control']), path).not.toMatch(/public|s-maxage/)
      }
    })

    it('[case 141] of the built files names no source map, and there is none', async () => {
      const { site } = town()
      const home = await ask(site.url, '/')
      const files = [...new Set(home.text.match(/\/_next\/static\/[\w./~-]+\.js/g) ?? [])]
      expect(files.length).toBeGreaterThan(2)
      for (const file of files) {
        const [code, map] = await Promise.all([ask(site.url, file), ask(site.url, `${file}.map`)])
        expect(code.status).toBe(200)
        expect(code.text).not.toContain('sourceMappingURL=')
        expect(map.status, file).toBe(404)
      }
    })

    it('[case 141] leads nowhere else: no address in a query or path becomes a redirect to another site', async () => {
      const { site } = town()
      for (const path of [
        '/?next=https://evil.example',
        '/jobs?redirect=//evil.example',
        '/account?returnTo=https://evil.example',
        '//evil.example',
        '/%2f%2fevil.example',
        '/%5cevil.example/',
        '/https://evil.example/',
        '/evil.example//',
      ]) {
        const { headers } = await ask(site.url, path, { headers: { host: 'evil.example' } })
        expect(String(headers.location ?? ''), path).not.toMatch(/^(https?:)?[/\\]{2}/)
      }
    })
  })
}

/** Text as React writes it into HTML. */
function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}
