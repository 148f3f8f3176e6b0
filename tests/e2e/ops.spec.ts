import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { fund, jobOf, moneyOf, order, reached, signIn, watchConsole, write } from './person.ts'

/** A program that the rules leave to a person: it holds a character nobody sees. Two calls never give the same content. */
function doubtful(word: string): string {
  return `const hidden = 'a\u{e0041}b ${Date.now()}'\nconsole.log('${word}', hidden.length)\n`
}

async function held(page: Page, title: string): Promise<string> {
  await write(page, { title, code: doubtful(title) })
  await fund(page)
  const id = await order(page)
  await expect(page.getByText('Held: a person will look at this')).toBeVisible()
  return id
}

test('an admin lets one held job run and refuses another; both are in the audit log, and the refused one locked nothing', async ({
  page,
  browser,
  baseURL,
}) => {
  const home = process.env.E2E_HOME
  test.skip(home === undefined, 'needs a network whose keys are known: run without OPENGPU_URL')
  const { errors } = watchConsole(page)
  const good = `harmless ${Date.now()}`
  const bad = `harmful ${Date.now()}`
  await page.goto('/jobs/new')
  await signIn(page)
  const goodId = await held(page, good)
  const before = await moneyOf(page)
  const badId = await held(page, bad)
  expect(await moneyOf(page)).toEqual(before)
  expect(before.locked).toBe(0n)

  const context = await browser.newContext(baseURL === undefined ? {} : { baseURL })
  const key = readFileSync(join(home as string, 'keys', 'customer.key'), 'utf8').trim()
  await context.addInitScript((value) => localStorage.setItem('wallet.testKey', value), key)
  const admin = await context.newPage()
  const seen = watchConsole(admin)
  await admin.goto('/')
  await expect(admin.getByRole('link', { name: 'Ops' })).toHaveCount(0)
  await signIn(admin)
  await admin.getByRole('banner').getByRole('link', { name: 'Ops' }).click()
  await expect(admin.getByText('All parts well')).toBeVisible()
  const holds = admin.getByRole('region', { name: 'Held for a decision' })
  const row = (title: string) =>
    holds.getByRole('listitem').filter({ has: admin.getByRole('link', { name: title }) })
  // The reason, with the line and with the hidden character made visible.
  await expect(row(good)).toContainText('main.mjs, line 1')
  await expect(row(good)).toContainText(/U\+E0041|u\{e0041\}/i)
  expect(await row(good).textContent()).not.toContain('\u{e0041}')

  // Never without a note.
  await expect(row(good).getByRole('button', { name: 'Approve' })).toBeDisabled()
  await expect(row(bad).getByRole('button', { name: 'Reject' })).toBeDisabled()
  await row(bad).getByLabel('Why (goes into the audit log)').fill('hides something')
  await row(bad).getByRole('button', { name: 'Reject' }).click()
  await expect(row(bad)).toHaveCount(0)
  await row(good).getByLabel('Why (goes into the audit log)').fill('a typing mistake')
  await row(good).getByRole('button', { name: 'Approve' }).click()
  await expect(row(good)).toHaveCount(0)
  const audit = admin.getByRole('region', { name: 'Audit log' })
  for (const [id, note] of [
    [goodId, 'a typing mistake'],
    [badId, 'hides something'],
  ] as const) {
    const line = audit.getByRole('row').filter({ hasText: note })
    await expect(line).toHaveCount(1)
    await expect(line).toContainText(id)
  }
  expect(seen.errors).toEqual([])
  await context.close()

  // The customer's own page followed by itself.
  await reached(page, 'Rejected')
  await expect(page.getByText('Rejected by a person')).toBeVisible()
  await page.goto(`/jobs/${goodId}`)
  await expect(page.getByText('Checked, paid, finished.')).toBeVisible({ timeout: 90_000 })
  await expect(page.getByText('Approved by a person')).toBeVisible()
  await expect(page.getByRole('log')).toContainText(good)
  expect((await jobOf(page, badId)).cost.locked).toBeNull()
  const { cost } = await jobOf(page, goodId)
  const spent = BigInt(cost.locked ?? '0') - BigInt(cost.refund ?? '0')
  expect(spent).toBeGreaterThan(0n)
  await expect.poll(() => moneyOf(page)).toEqual({ ...before, escrow: before.escrow - spent })
  expect(errors).toEqual([])
})

test('to everybody else there is no such page, and nothing leads to it', async ({ page }) => {
  const { errors } = watchConsole(page)
  await page.goto('/ops')
  await expect(page.getByText('For admins of this network.')).toBeVisible()
  await signIn(page)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nothing stops here')
  await expect(page.getByRole('link', { name: 'Ops' })).toHaveCount(0)
  await expect(page.locator('main').getByRole('region')).toHaveCount(0)
  expect(errors).toEqual([])
})
