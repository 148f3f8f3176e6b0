import { expect, type Page, test } from '@playwright/test'
import { EXTENSION_NAME, Extension, QUESTIONS } from './extension.ts'
import { fund, jobOf, mined, moneyOf, order, reached, signIn, watchConsole, write } from './person.ts'

const LOCAL = 31337
const ELSEWHERE = 1
const NOTHING: ReadonlySet<string> = new Set()

/** A wallet that knows this network from some other day. */
async function atHome(page: Page, baseURL: string | undefined): Promise<Extension> {
  return (await Extension.install(page, LOCAL)).knows(LOCAL, new URL('/api/v1/rpc', baseURL).href)
}

/** Chooses the extension in the dialog of wallets. */
async function choose(page: Page): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'Connect wallet' }).click()
  await page.getByRole('button', { name: /Your own wallet/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: EXTENSION_NAME }).click()
}

async function isIn(page: Page, address: string): Promise<void> {
  await expect(page.getByRole('banner').getByRole('link', { name: `Account ${address}` })).toBeVisible({
    timeout: 60_000,
  })
}

async function jobCount(page: Page): Promise<number> {
  const { jobs } = (await (await page.request.get('/api/v1/jobs')).json()) as { jobs: unknown[] }
  return jobs.length
}

test('a wallet extension that never heard of this network is taken along to a paid, validated result', async ({
  page,
}) => {
  const { errors } = watchConsole(page)
  const wallet = await Extension.install(page, ELSEWHERE)
  await page.goto('/jobs/new?template=primes')
  await choose(page)
  await isIn(page, wallet.address)
  expect(wallet.chainId).toBe(LOCAL)
  expect(wallet.questions).toEqual([
    'eth_requestAccounts',
    'wallet_switchEthereumChain',
    'wallet_addEthereumChain',
    'personal_sign',
  ])
  // Nothing of the dialogs is left in the way.
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await fund(page)
  await order(page)
  await expect(page.getByText('Checked, paid, finished.')).toBeVisible({ timeout: 90_000 })
  expect(wallet.questions.slice(4)).toEqual([
    'eth_sendTransaction',
    'eth_sendTransaction',
    'eth_signTypedData_v4',
  ])

  // It is known here now: a reload asks nothing.
  await page.reload()
  await isIn(page, wallet.address)
  await page.goto('/account')
  await page.getByRole('button', { name: 'Withdraw', exact: true }).first().click()
  await page.getByLabel('Amount in oGPU').fill('0.01')
  await page.locator('main form button[type=submit]').first().click()
  await mined(page)
  expect(wallet.questions.slice(7)).toEqual(['eth_sendTransaction'])
  expect(errors).toEqual([])
})

test('whoever declines in the wallet reads so, loses nothing, and may change his mind', async ({
  page,
  baseURL,
}) => {
  const { errors } = watchConsole(page)
  const code = "console.log('asked twice')\nsetInterval(() => {}, 1000)\n"
  const wallet = await atHome(page, baseURL)
  await write(page, { title: 'declined', code })

  // The connection.
  wallet.declined = QUESTIONS
  await choose(page)
  await expect.poll(() => wallet.questions).toEqual(['eth_requestAccounts'])
  await expect(page.getByRole('dialog')).toBeVisible()
  // The sign-in.
  wallet.declined = new Set(['personal_sign'])
  await page.getByRole('dialog').getByRole('button', { name: /retry/i }).click()
  await expect(page.getByText('You declined in the wallet. Nothing was done.')).toBeVisible()
  await expect(page.getByRole('banner').getByRole('button', { name: 'Connect wallet' })).toBeVisible()
  wallet.declined = NOTHING
  await page.getByRole('banner').getByRole('button', { name: 'Connect wallet' }).click()
  await page.getByRole('button', { name: /Your own wallet/ }).click()
  await isIn(page, wallet.address)

  // The deposit.
  const deposit = page.getByRole('button', { name: 'Deposit from the wallet' })
  await deposit.click()
  await page.getByRole('button', { name: 'Get test oGPU' }).click()
  await expect(page.getByText('have arrived')).toBeVisible({ timeout: 60_000 })
  wallet.declined = QUESTIONS
  await deposit.click()
  await expect(page.getByText('You declined in the wallet. Nothing was sent.')).toBeVisible()
  expect((await moneyOf(page)).escrow).toBe(0n)
  wallet.declined = NOTHING
  await deposit.click()

  // The order.
  const sign = page.getByRole('button', { name: 'Sign the order' })
  await expect(sign).toBeEnabled({ timeout: 60_000 })
  wallet.declined = QUESTIONS
  await sign.click()
  await expect(page.getByText('You declined in the wallet. Nothing was sent.')).toBeVisible()
  await expect(page.getByLabel('Source of the program')).toHaveValue(code)
  await expect(page.getByLabel('Title (only you see it)')).toHaveValue('declined')
  expect(await jobCount(page)).toBe(0)
  expect((await moneyOf(page)).locked).toBe(0n)
  wallet.declined = NOTHING
  const id = await order(page)
  expect(await jobCount(page)).toBe(1)

  // The cancellation: declined, so the job goes on.
  await expect(page.getByRole('log')).toContainText('asked twice', { timeout: 60_000 })
  wallet.declined = QUESTIONS
  await page.getByRole('button', { name: 'Cancel job' }).click()
  await page.getByRole('button', { name: 'Sign and cancel' }).click()
  await expect(page.getByText('You declined in the wallet. Nothing was sent.')).toBeVisible()
  await page.getByRole('button', { name: 'Keep it running' }).click()
  expect((await jobOf(page, id)).state).toBe('running')
  // And from another chain: the wallet is asked to come back first.
  wallet.declined = NOTHING
  await wallet.moveTo(ELSEWHERE)
  await page.getByRole('button', { name: 'Cancel job' }).click()
  await page.getByRole('button', { name: 'Sign and cancel' }).click()
  await reached(page, 'Cancelled')
  expect(wallet.questions.slice(-2)).toEqual(['wallet_switchEthereumChain', 'eth_signTypedData_v4'])
  expect(errors).toEqual([])
})

test('[case 67] a wallet on another chain signs nothing until it is switched', async ({ page, baseURL }) => {
  const { errors } = watchConsole(page)
  const wallet = await atHome(page, baseURL)
  await write(page, { title: 'elsewhere', code: "console.log('back')\n" })
  await choose(page)
  await isIn(page, wallet.address)
  await fund(page)
  const asked = wallet.questions.length

  await wallet.moveTo(ELSEWHERE)
  const sign = page.getByRole('button', { name: 'Sign the order' })
  await sign.click()
  await expect(page.getByText('It is on chain 1; this network lives on chain 31337.')).toBeVisible()
  expect(wallet.questions.slice(asked)).toEqual([])
  // Declined: the way to switch is still there.
  wallet.declined = QUESTIONS
  const move = page.getByRole('button', { name: 'Switch to chain 31337' })
  await move.click()
  await expect.poll(() => wallet.questions.slice(asked)).toEqual(['wallet_switchEthereumChain'])
  await expect(move).toBeVisible()
  expect(wallet.chainId).toBe(ELSEWHERE)
  wallet.declined = NOTHING
  await move.click()
  await expect.poll(() => wallet.chainId).toBe(LOCAL)
  await expect(move).toHaveCount(0)
  await order(page)
  await expect(page.getByText('Checked, paid, finished.')).toBeVisible({ timeout: 90_000 })

  // The same for money.
  await page.goto('/account')
  await wallet.moveTo(ELSEWHERE)
  await page.getByLabel('Amount in oGPU').fill('1')
  await page.locator('main form button[type=submit]').first().click()
  await expect(page.getByText('It is on chain 1; this network lives on chain 31337.')).toBeVisible()
  await page.getByRole('button', { name: 'Switch to chain 31337' }).click()
  await expect.poll(() => wallet.chainId).toBe(LOCAL)
  await page.locator('main form button[type=submit]').first().click()
  await mined(page)
  expect(errors).toEqual([])
})

test('[case 125] another account in the wallet is another person, and the page says so', async ({
  page,
  baseURL,
}) => {
  const { errors } = watchConsole(page)
  const wallet = await atHome(page, baseURL)
  const code = "console.log('mine')\n"
  await write(page, { title: 'whose', code })
  await choose(page)
  const first = wallet.address
  await isIn(page, first)
  await fund(page)

  await wallet.changeAccount()
  const asked = wallet.questions.length
  await expect(page.getByRole('button', { name: 'Wallet changed: sign in again' })).toBeVisible()
  await isIn(page, first)
  await page.getByRole('button', { name: 'Sign the order' }).click()
  await expect(page.getByText('Your wallet is another account than the one signed in')).toBeVisible()
  expect(wallet.questions.slice(asked)).toEqual([])
  await page.getByRole('button', { name: 'Sign in with this wallet' }).click()
  await isIn(page, wallet.address)
  expect(wallet.address).not.toBe(first)
  // The form is as it was, and the money is the new person's: none.
  await expect(page.getByLabel('Source of the program')).toHaveValue(code)
  await expect(page.getByText('Your escrow balance is too small')).toBeVisible()
  expect(await jobCount(page)).toBe(0)
  await fund(page)
  await order(page)
  await expect(page.getByText('Checked, paid, finished.')).toBeVisible({ timeout: 90_000 })
  expect(errors).toEqual([])
})

test('whoever closes the dialog of wallets can choose again, and what is chosen is what signs', async ({
  page,
  baseURL,
}) => {
  const { errors } = watchConsole(page)
  const wallet = await atHome(page, baseURL)
  await page.goto('/jobs')
  const connect = page.getByRole('banner').getByRole('button', { name: 'Connect wallet' })
  await connect.click()
  await page.getByRole('button', { name: /Your own wallet/ }).click()
  await expect(page.getByRole('dialog').getByRole('button', { name: EXTENSION_NAME })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)

  // Connected, but the sign-in declined: the other wallet can still be chosen, and it is the one that signs.
  wallet.declined = new Set(['personal_sign'])
  await choose(page)
  await expect(page.getByText('You declined in the wallet. Nothing was done.')).toBeVisible()
  wallet.declined = NOTHING
  const asked = wallet.questions.length
  await signIn(page)
  expect(wallet.questions.slice(asked)).toEqual([])
  await expect(page.getByRole('banner').getByRole('link', { name: `Account ${wallet.address}` })).toHaveCount(
    0,
  )

  // The session ends while the test wallet is connected: the extension can be chosen all the same.
  await page.context().clearCookies()
  await page.reload()
  await choose(page)
  await isIn(page, wallet.address)

  // Who signs out as soon as the page is there is out, on the next page too.
  await page.goto('/account', { waitUntil: 'commit' })
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(connect).toBeVisible()
  await page.reload()
  await expect(connect).toBeVisible()
  const left = await page.evaluate(() => ({ ...localStorage }))
  expect(left['wallet.remembered']).toBeUndefined()
  expect(left['wallet.testConnected']).toBeUndefined()
  expect(errors).toEqual([])
})

test('the site works under the name localhost as under its number', async ({ page, baseURL }) => {
  test.skip(!/^http:\/\/127\.0\.0\.1:/.test(baseURL ?? ''), 'the site of OPENGPU_URL is somewhere else')
  const { errors } = watchConsole(page)
  await page.goto(`${(baseURL as string).replace('127.0.0.1', 'localhost')}/jobs/new?template=primes`)
  await signIn(page)
  await fund(page)
  await order(page)
  await expect(page.getByText('Checked, paid, finished.')).toBeVisible({ timeout: 90_000 })
  expect(errors).toEqual([])
})
