/** The languages of the site and how one is chosen. Pure, so that pages, proxy and tests share it. */

export const LOCALES = ['en', 'zh-Hant', 'zh-Hans'] as const
export type Locale = (typeof LOCALES)[number]
export const DEFAULT_LOCALE: Locale = 'en'
export const LOCALE_COOKIE = 'locale'
export const LOCALE_NAMES: Readonly<Record<Locale, string>> = {
  en: 'English',
  'zh-Hant': '繁體中文',
  'zh-Hans': '简体中文',
}

export function isLocale(value: unknown): value is Locale {
  return typeof value === 'string' && (LOCALES as readonly string[]).includes(value)
}

/** The site's language for one tag of a browser: zh-TW, zh-HK and zh-MO read traditional characters, every other zh simplified. */
function localeOfTag(tag: string): Locale | null {
  const parts = tag.toLowerCase().split('-')
  if (parts[0] === 'en') return 'en'
  if (parts[0] !== 'zh') return null
  if (parts.includes('hant')) return 'zh-Hant'
  if (parts.includes('hans')) return 'zh-Hans'
  return parts.some((part) => part === 'tw' || part === 'hk' || part === 'mo') ? 'zh-Hant' : 'zh-Hans'
}

/** The first language of an Accept-Language header that the site speaks, by the header's own weights; English when none. */
export function localeFromHeader(header: string | null | undefined): Locale {
  if (!header) return DEFAULT_LOCALE
  const wishes = header
    .slice(0, 1000)
    .split(',')
    .map((part, index) => {
      const [tag = '', ...settings] = part.trim().split(';')
      const weight = settings
        .map((setting) => /^\s*q=([\d.]+)\s*$/.exec(setting)?.[1])
        .find((text) => text !== undefined)
      return { tag: tag.trim(), weight: weight === undefined ? 1 : Number(weight) || 0, index }
    })
    .filter((wish) => wish.weight > 0)
    .sort((a, b) => b.weight - a.weight || a.index - b.index)
  for (const wish of wishes) {
    const locale = localeOfTag(wish.tag)
    if (locale) return locale
  }
  return DEFAULT_LOCALE
}
