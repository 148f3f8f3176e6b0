import { expect, type Page } from '@playwright/test'

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

/** Signs the order on the page and waits for the job's page. Returns the job's id. */
export async function order(page: Page): Promise<string> {
  const sign = page.getByRole('button', { name: 'Sign the order' })
  await expect(sign).toBeEnabled({ timeout: 60_000 })
  await sign.click()
  await page.waitForURL(/\/jobs\/job_/, { timeout: 60_000 })
  return page.url().split('/').at(-1) ?? ''
}
