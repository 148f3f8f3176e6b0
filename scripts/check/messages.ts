/** The texts of the site: every language has every key, with the same placeholders, and no key is used that none has. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const LANGUAGES = ['en', 'zh-Hant', 'zh-Hans'] as const

type Tree = { readonly [key: string]: string | Tree }

/** Dotted keys and their texts. */
export function flatten(tree: Tree, prefix = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(`${prefix}${key}`, value)
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) found.set(inner, text)
  }
  return found
}

/** Names between braces, of an ICU message: "{count, plural, ...}" counts as `count`. */
export function placeholders(text: string): string[] {
  const names = new Set<string>()
  for (const match of text.matchAll(/\{\s*([A-Za-z]\w*)\s*(?=[,}])/g)) if (match[1]) names.add(match[1])
  return [...names].sort()
}

/** What is wrong between languages. */
export function compareLanguages(all: Readonly<Record<string, ReadonlyMap<string, string>>>): string[] {
  const problems: string[] = []
  const [firstName, first] = Object.entries(all)[0] ?? ['', new Map<string, string>()]
  for (const [name, texts] of Object.entries(all)) {
    for (const key of first.keys()) {
      const text = texts.get(key)
      if (text === undefined) problems.push(`messages/${name}.json has no "${key}"`)
      else if (text.trim() === '') problems.push(`messages/${name}.json: "${key}" is empty`)
      else if (String(placeholders(text)) !== String(placeholders(first.get(key) ?? ''))) {
        problems.push(`messages/${name}.json: "${key}" has other placeholders than ${firstName}`)
      }
    }
    for (const key of texts.keys())
      if (!first.has(key)) problems.push(`messages/${name}.json: "${key}" is in no ${firstName}.json`)
  }
  return problems
}

/**
 * Keys that a source uses and nobody wrote. It understands `const t = useTranslations('a')` (and getTranslations) with
 * `t('b')`, `t.rich('b')`; keys put together at run time are checked by their beginning.
 */
export function missingKeys(source: string, known: ReadonlySet<string>): { key: string; line: number }[] {
  const found: { key: string; line: number }[] = []
  const declarations = [
    ...source.matchAll(
      /(?:const|let)\s+(\w+)\s*=\s*(?:await\s+)?(?:useTranslations|getTranslations)\(\s*(?:\{[^}]*namespace:\s*)?(?:'([\w.]*)')?/g,
    ),
  ]
  for (const [index, declaration] of declarations.entries()) {
    const name = declaration[1] ?? ''
    const space = declaration[2] ? `${declaration[2]}.` : ''
    // It lives until the function at the left margin ends, or another one takes its name.
    const next = declarations.slice(index + 1).find((other) => other[1] === name)
    const close = source.indexOf('\n}', declaration.index)
    const end = Math.min(next?.index ?? source.length, close < 0 ? source.length : close)
    const body = source.slice(declaration.index, end)
    const uses = new RegExp(
      `\\b${name}(?:\\.(?:rich|markup|raw|has))?\\(\\s*(?:'([^']+)'|\`([^\`$]*)\\$\\{)`,
      'g',
    )
    for (const use of body.matchAll(uses)) {
      const line = source.slice(0, declaration.index + use.index).split('\n').length
      if (use[1] !== undefined) {
        const key = space + use[1]
        const isKnown = known.has(key) || [...known].some((other) => other.startsWith(`${key}.`))
        if (!isKnown) found.push({ key, line })
      } else {
        const start = space + (use[2] ?? '')
        if (start !== '' && ![...known].some((other) => other.startsWith(start)))
          found.push({ key: `${start}...`, line })
      }
    }
  }
  return found
}

/** All problems of the site's texts. `sources` are paths from the root with their content. */
export function checkMessages(root: string, sources: readonly { file: string; text: string }[]): string[] {
  const all = Object.fromEntries(
    LANGUAGES.map((name) => [
      name,
      flatten(JSON.parse(readFileSync(join(root, 'messages', `${name}.json`), 'utf8')) as Tree),
    ]),
  )
  const known = new Set(all.en?.keys())
  const problems = compareLanguages(all)
  for (const { file, text } of sources) {
    for (const { key, line } of missingKeys(text, known))
      problems.push(`${file}:${line}: no text "${key}" in messages/en.json`)
  }
  return problems
}
