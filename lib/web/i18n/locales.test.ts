import { describe, expect, it } from 'vitest'
import { localeFromHeader } from './locales.ts'

describe('the language of the site', () => {
  it('reads traditional characters for Taiwan and Hong Kong and simplified ones for the rest', () => {
    expect(localeFromHeader('zh-TW,zh;q=0.9')).toBe('zh-Hant')
    expect(localeFromHeader('zh-HK')).toBe('zh-Hant')
    expect(localeFromHeader('zh-CN')).toBe('zh-Hans')
    expect(localeFromHeader('zh')).toBe('zh-Hans')
    expect(localeFromHeader('zh-Hant-CN')).toBe('zh-Hant')
  })
  it('follows the weights of the header, not its order', () => {
    expect(localeFromHeader('en;q=0.3, zh-TW;q=0.8')).toBe('zh-Hant')
  })
  it('falls back to English for languages it does not speak and for nonsense', () => {
    expect(localeFromHeader('de-DE,fr;q=0.5')).toBe('en')
    expect(localeFromHeader(';;;,,q=')).toBe('en')
    expect(localeFromHeader(null)).toBe('en')
  })
  it('never picks a language the reader refused with weight zero', () => {
    expect(localeFromHeader('zh-TW;q=0, en;q=0.1')).toBe('en')
  })
})
