import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { LOCALES } from '#lib/web/i18n/locales.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
type Tree = { [key: string]: string | Tree }

function read(locale: string): Tree {
  return JSON.parse(readFileSync(join(ROOT, 'messages', `${locale}.json`), 'utf8')) as Tree
}

function flat(tree: Tree, path = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(`${path}${key}`, value)
    else for (const [inner, text] of flat(value, `${path}${key}.`)) found.set(inner, text)
  }
  return found
}

/** Names of arguments and tags a message uses: `{name}`, `{count, plural, ...}`, `<tag>`. */
function slots(text: string): string[] {
  return [
    ...new Set(
      [...text.matchAll(/\{(\w+)[,}]/g), ...text.matchAll(/<(\w+)>/g)].map((match) => match[1] ?? ''),
    ),
  ].sort()
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(join(ROOT, path)).isDirectory()) return sources(path)
    return /\.tsx?$/.test(name) && !/\.test\./.test(name) ? [path] : []
  })
}

const english = flat(read('en'))

describe('the texts of the site', () => {
  for (const locale of LOCALES) {
    it(`are all there in ${locale}`, () => {
      expect([...flat(read(locale)).keys()].sort()).toEqual([...english.keys()].sort())
    })
    it(`are never empty and use the same slots in ${locale}`, () => {
      for (const [key, text] of flat(read(locale))) {
        expect(text.trim(), key).not.toBe('')
        // Chinese has one plural form, so a plural may become a plain slot of the same name.
        expect(slots(text), key).toEqual(slots(english.get(key) ?? ''))
      }
    })
  }
  it('are Chinese where they should be: no text of some length was left in English', () => {
    for (const locale of ['zh-Hant', 'zh-Hans']) {
      for (const [key, text] of flat(read(locale))) {
        // The sign-in statement is what a wallet shows and a server checks; EIP-4361 allows ASCII alone.
        if (key === 'wallet.statement' || text.length < 25) continue
        expect(/\p{Script=Han}/u.test(text), `${locale} ${key}`).toBe(true)
      }
    }
  })
  it('contain every key that a page asks for by a plain name', () => {
    const missing: string[] = []
    for (const path of [...sources('app'), ...sources('components')]) {
      const code = readFileSync(join(ROOT, path), 'utf8')
      // One name may stand for several parts of the texts in a file with several components; one of them must have the key.
      const spaces = [
        ...code.matchAll(/(\w+) = (?:await )?(?:useTranslations|getTranslations)\('([\w.]+)'\)/g),
      ]
      for (const [, name = '', key = ''] of code.matchAll(/\b(\w+)(?:\.rich)?\('([\w.]+)'[,)]/g)) {
        const candidates = spaces.filter((space) => space[1] === name).map((space) => `${space[2]}.${key}`)
        if (candidates.length > 0 && !candidates.some((full) => english.has(full)))
          missing.push(`${path}: ${candidates.join(' or ')}`)
      }
    }
    expect(missing).toEqual([])
  })
})
