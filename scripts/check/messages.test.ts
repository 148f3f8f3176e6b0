import { describe, expect, it } from 'vitest'
import { compareLanguages, flatten, missingKeys, placeholders } from './messages.ts'

describe('the texts of the site', () => {
  it('are compared key by key and placeholder by placeholder', () => {
    const en = flatten({ home: { title: 'Hello {name}', count: '{n, plural, one {# job} other {# jobs}}' } })
    expect(
      compareLanguages({ en, zh: flatten({ home: { title: '你好 {name}', count: '{n} 個' } }) }),
    ).toEqual([])
    const problems = compareLanguages({ en, zh: flatten({ home: { title: '你好', extra: 'x' } }) })
    expect(problems.join('\n')).toMatch(/no "home.count"/)
    expect(problems.join('\n')).toMatch(/"home.title" has other placeholders/)
    expect(problems.join('\n')).toMatch(/"home.extra" is in no/)
  })
  it('name a plural\u2019s variable once and not its branches', () => {
    expect(placeholders('{n, plural, one {# job} other {# jobs}} of {name}')).toEqual(['n', 'name'])
  })
  it('are missed when a source uses a key nobody wrote', () => {
    const known = new Set(['home.title', 'states.open'])
    const source =
      "const t = useTranslations('home')\nt('title')\nt('gone')\nconst s = await getTranslations('states')\ns(`$" +
      "{x}`)\ns('open')\ns.rich('closed')"
    expect(missingKeys(source, known)).toEqual([
      { key: 'home.gone', line: 3 },
      { key: 'states.closed', line: 7 },
    ])
  })
  it('follow a name that another component of the file uses for another namespace', () => {
    const known = new Set(['a.x', 'b.y'])
    expect(
      missingKeys("const t = useTranslations('a')\nt('x')\nconst t = useTranslations('b')\nt('y')", known),
    ).toEqual([])
  })
})
