import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Guard } from '#lib/process/embedded/guard.ts'
import { buildSite } from './build.ts'

const guard: Guard = { watch: () => {}, stop: async () => {} }

/** What stands for the compiler here: it notes that it ran, and fails when the sources say so. */
const COMPILER = `
  const fs = require('node:fs')
  fs.appendFileSync('runs', 'x')
  const source = fs.readFileSync('app/page.tsx', 'utf8')
  const folder = process.env.OPENGPU_SITE_BUILD
  fs.mkdirSync(folder, { recursive: true })
  setTimeout(() => {
    if (source.includes('broken')) { console.error('page.tsx is broken'); process.exit(1) }
    fs.writeFileSync(folder + '/page', source)
  }, 100)
`

describe('the builds of the site', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'opengpu-build-'))
    mkdirSync(join(root, 'app'))
    const bin = join(root, 'node_modules/next/dist/bin')
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, 'next'), COMPILER)
    write('one')
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const write = (source: string) => writeFileSync(join(root, 'app', 'page.tsx'), source)
  const build = () => buildSite(guard, () => {}, root)
  const pageOf = (folder: string) => readFileSync(join(root, folder, 'page'), 'utf8')
  const runs = () => readFileSync(join(root, 'runs'), 'utf8').length
  const builds = () => readdirSync(join(root, '.next/builds')).filter((name) => !name.endsWith('.users'))

  it('are made once for the same sources, however many starts ask at the same time', async () => {
    const all = await Promise.all([build(), build(), build()])
    expect(new Set(all.map(({ folder }) => folder)).size).toBe(1)
    expect(all.filter(({ built }) => built)).toHaveLength(1)
    expect((await build()).built).toBe(false)
    expect(runs()).toBe(1)
  })

  it('of other sources lie beside the one that a living process uses, which stays as it was', async () => {
    const first = await build()
    write('two')
    const second = await build()
    expect(second.built).toBe(true)
    expect(second.folder).not.toBe(first.folder)
    expect(pageOf(first.folder)).toBe('one')
    expect(pageOf(second.folder)).toBe('two')
    write('one')
    expect(await build()).toEqual({ folder: first.folder, built: false })
  })

  it('that nobody uses any more are removed at the next start', async () => {
    const first = await build()
    // As if the process that used it had died.
    const dead = spawn('true')
    await once(dead, 'exit')
    const users = join(root, `${first.folder}.users`)
    rmSync(users, { recursive: true })
    mkdirSync(users)
    writeFileSync(join(users, String(dead.pid)), '')
    write('two')
    const second = await build()
    expect(existsSync(join(root, first.folder))).toBe(false)
    expect(existsSync(users)).toBe(false)
    expect(builds()).toEqual([second.folder.split('/').at(-1)])
  })

  it('that failed say what the compiler said, and are made again', async () => {
    write('broken')
    await expect(build()).rejects.toThrow('page.tsx is broken')
    await expect(build()).rejects.toThrow('page.tsx is broken')
    expect(runs()).toBe(2)
    write('mended')
    expect(pageOf((await build()).folder)).toBe('mended')
  })
})
