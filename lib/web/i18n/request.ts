import { cookies, headers } from 'next/headers'
import { getRequestConfig } from 'next-intl/server'
import { isLocale, LOCALE_COOKIE, type Locale, localeFromHeader } from './locales.ts'

const LOAD: Readonly<Record<Locale, () => Promise<{ default: Record<string, unknown> }>>> = {
  en: () => import('../../../messages/en.json'),
  'zh-Hant': () => import('../../../messages/zh-Hant.json'),
  'zh-Hans': () => import('../../../messages/zh-Hans.json'),
}

/** The language of this request: what the reader chose (cookie), else what the browser asks for. No prefix in the address. */
export default getRequestConfig(async () => {
  const chosen = (await cookies()).get(LOCALE_COOKIE)?.value
  const locale = isLocale(chosen) ? chosen : localeFromHeader((await headers()).get('accept-language'))
  return { locale, messages: (await LOAD[locale]()).default, timeZone: 'UTC', now: new Date() }
})
