import { expect, type Page } from '@playwright/test'
import type { AccountView, JobView } from '#lib/protocol/views.ts'

/** Fails the test for every error in the page's console. What a test provokes on purpose is named in `allowed`. */
export function watchConsole(page: Page, allowed: readonly RegExp[] = []): { errors: string[] } {
  const errors: string[] = []
  page.on('console', (message) => {
    const text = `${message.text()} ${message.location().url}`
    if (message.type() === 'error' && !allowed.some((pattern) => pattern.test(text))) errors.push(text)
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  return { errors }
}

/** Connects this browser's test wallet from whatever page shows a way in, and waits until the page knows who is there. */
export async function signIn(page: Page): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'Connect wallet' }).click()
  await page.getByRole('button', { name: /Test wallet/ }).click()
  await expect(page.getByRole('banner').getByRole('link', { name: /^Account 0x/ })).toBeVisible({
    timeout: 60_000,
  })
}

/** Fills the escrow from the job form: faucet, deposit; ends when the order can be signed. */
export async function fund(page: Page): Promise<void> {
  const sign = page.getByRole('button', { name: 'Sign the order' })
  const deposit = page.getByRole('button', { name: 'Deposit from the wallet' })
  await expect(sign.or(deposit)).toBeVisible({ timeout: 60_000 })
  if (await sign.isVisible()) return
  await deposit.click()
  await page.getByRole('button', { name: 'Get test oGPU' }).click()
  await expect(page.getByText('have arrived')).toBeVisible({ timeout: 60_000 })
  await deposit.click()
  await expect(sign).toBeEnabled({ timeout: 60_000 })
}

/** Fills the form of a new job with a program, ready to be paid for. */
export async function write(
  page: Page,
  job: { title: string; code: string; seconds?: number },
): Promise<void> {
  await page.goto('/jobs/new')
  // A program that an earlier test of this tab left is restored after the page has loaded.
  const source = page.getByLabel('Source of the program')
  await expect(source).toBeEnabled()
  await page.getByLabel('Title (only you see it)').fill(job.title)
  await source.fill(job.code)
  if (job.seconds !== undefined) await page.getByLabel('Time limit, seconds').fill(String(job.seconds))
}

/** A job as its own customer reads it over REST, with the cookie of this page. */
export async function jobOf(page: Page, id: string): Promise<JobView> {
  return (await (await page.request.get(`/api/v1/jobs/${id}`)).json()) as JobView
}

/** The person's money as the account page reads it, in wei. */
export async function moneyOf(page: Page): Promise<{ wallet: bigint; escrow: bigint; locked: bigint }> {
  const view = (await (await page.request.get('/api/v1/account')).json()) as AccountView
  return { wallet: BigInt(view.wallet), escrow: BigInt(view.escrow), locked: BigInt(view.locked) }
}

/** Waits until the page says in which state the job is. */
export async function reached(page: Page, state: string, timeout = 60_000): Promise<void> {
  await expect(page.locator('main').getByText(state, { exact: true }).first()).toBeVisible({ timeout })
}

/** Waits until the transaction that the page follows is mined. */
export async function mined(page: Page): Promise<void> {
  await expect(page.locator('[aria-current=step]')).toHaveText('Mined', { timeout: 60_000 })
}

/** Signs the order on the page and waits for the job's page. Returns the job's id. */
export async function order(page: Page): Promise<string> {
  const sign = page.getByRole('button', { name: 'Sign the order' })
  await expect(sign).toBeEnabled({ timeout: 60_000 })
  await sign.click()
  await page.waitForURL(/\/jobs\/job_/, { timeout: 60_000 })
  return page.url().split('/').at(-1) ?? ''
}
