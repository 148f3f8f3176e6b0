import { readFileSync } from 'node:fs'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import { fund, jobOf, mined, moneyOf, order, reached, signIn, watchConsole, write } from './person.ts'

const OGPU = 10n ** 18n
/** Writes a numbered line twenty times a second until it is told to stop. */
const COUNTING = "let n = 0\nsetInterval(() => console.log('line ' + n++), 50)\n"

/** One customer with money in the escrow; each test opens a browser of his own with his wallet and session in it. */
let storage: Awaited<ReturnType<BrowserContext['storageState']>>

test.beforeAll(async ({ browser, baseURL }) => {
  const context = await browser.newContext(baseURL === undefined ? {} : { baseURL })
  const page = await context.newPage()
  await write(page, { title: 'first', code: 'console.log(1)\n', seconds: 600 })
  await signIn(page)
  await fund(page)
  storage = await context.storageState()
  await context.close()
})

// biome-ignore lint/correctness/noEmptyPattern: the storage is made in beforeAll, after options are read
test.use({ storageState: async ({}, use) => use(storage) })

/** The numbers of the counting program's lines that the page shows, in the page's order. */
async function numbers(page: Page): Promise<number[]> {
  const text = (await page.getByRole('log').textContent()) ?? ''
  return [...text.matchAll(/line (\d+)/g)].map((match) => Number(match[1]))
}

async function shows(page: Page, atLeast: number): Promise<void> {
  await expect.poll(async () => (await numbers(page)).length, { timeout: 60_000 }).toBeGreaterThan(atLeast)
}

/** Neither a gap nor a repetition: 0, 1, 2, ... */
async function expectWhole(page: Page): Promise<void> {
  const seen = await numbers(page)
  expect(seen).toEqual(seen.map((_, index) => index))
}

async function cancel(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Cancel job' }).click()
  await page.getByRole('button', { name: 'Sign and cancel' }).click()
  await reached(page, 'Cancelled')
}

test('a job that would never end is cancelled while it runs, run again, and its data deleted', async ({
  page,
}) => {
  const { errors } = watchConsole(page)
  await write(page, { title: 'endless', code: readFileSync('examples/endless.mjs', 'utf8'), seconds: 300 })
  await fund(page)
  const before = await moneyOf(page)
  const id = await order(page)
  await expect(page.getByRole('log')).toContainText('still here', { timeout: 60_000 })
  await reached(page, 'Running')

  // Who changes his mind at the question loses nothing.
  await page.getByRole('button', { name: 'Cancel job' }).click()
  await page.getByRole('button', { name: 'Keep it running' }).click()
  expect((await jobOf(page, id)).state).toBe('running')
  // Signed in, but this browser forgot the wallet: it is asked for, and the job waits.
  await page.evaluate(() => {
    for (const key of Object.keys(localStorage)) if (key !== 'wallet.testKey') localStorage.removeItem(key)
  })
  await page.reload()
  await page.getByRole('button', { name: 'Cancel job' }).click()
  await page.getByRole('button', { name: 'Sign and cancel' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Test wallet' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await cancel(page)
  await expect(page.getByText('You cancelled it.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Cancel job' })).toHaveCount(0)

  // The node is paid for the time it used and the rest is back; nothing stays locked.
  await expect.poll(async () => (await moneyOf(page)).locked).toBe(0n)
  const { cost } = await jobOf(page, id)
  const paid = before.escrow - (await moneyOf(page)).escrow
  expect(paid).toBe(BigInt(cost.nodePay ?? '0') + BigInt(cost.fee ?? '0'))
  expect(paid).toBeGreaterThan(0n)
  await expect(page.getByText('This row applied')).toBeVisible()

  await page.getByRole('link', { name: 'Run again' }).click()
  await page.waitForURL(/from=job_/)
  await expect(page.getByLabel('Source of the program')).toHaveValue(/still here/)
  await expect(page.getByLabel('Title (only you see it)')).toHaveValue('endless')
  await page.getByLabel('Source of the program').fill("console.log('done at last')\n")
  await fund(page)
  const second = await order(page)
  expect(second).not.toBe(id)
  await expect(page.getByText('Checked, paid, finished.')).toBeVisible({ timeout: 90_000 })
  await expect(page.getByRole('button', { name: 'Standard output' })).toBeVisible({ timeout: 30_000 })

  const content = (await jobOf(page, second)).spec?.files[0]?.sha256
  expect((await page.request.get(`/api/v1/jobs/${second}/contents/${content}`)).status()).toBe(200)
  await page.getByRole('button', { name: 'Delete my data' }).click()
  await page.getByRole('button', { name: 'Delete for good' }).click()
  await expect(page.getByText('The content was deleted by its owner.')).toBeVisible({ timeout: 30_000 })
  expect((await page.request.get(`/api/v1/jobs/${second}/contents/${content}`)).status()).toBe(404)
  for (const shown of [1, 2]) {
    await expect(page.locator('main'), `look ${shown}`).not.toContainText('done at last')
    await expect(page.getByRole('button', { name: 'Standard output' })).toHaveCount(0)
    await expect(page.getByRole('link', { name: 'Run again' })).toHaveCount(0)
    await expect(page.getByRole('button', { name: 'Delete my data' })).toHaveCount(0)
    await page.reload()
  }
  // What is money stays.
  await expect(page.getByText('This row applied')).toBeVisible()
  expect(errors).toEqual([])
})

test('a reload in the middle, and a tab closed and opened again, show each line of the log once', async ({
  page,
  context,
}) => {
  const { errors } = watchConsole(page)
  const asked: number[] = []
  const listen = (tab: Page) =>
    tab.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        const after = /"afterLog":(-?\d+)/.exec(String(payload))?.[1]
        if (after !== undefined) asked.push(Number(after))
      }),
    )
  listen(page)
  await write(page, { title: 'counting', code: COUNTING, seconds: 300 })
  await fund(page)
  const id = await order(page)
  await shows(page, 40)
  for (let reload = 0; reload < 2; reload++) {
    asked.length = 0
    const had = (await numbers(page)).length
    await page.reload()
    await shows(page, had + 20)
    await expectWhole(page)
    // It went on from what this tab had: the first question after the reload names the last number seen.
    expect(asked[0]).toBeGreaterThan(0)
  }

  // However fast it grows, the end stays in sight until somebody scrolls up.
  const follow = page.getByRole('button', { name: 'Follow' })
  await expect(follow).toHaveCount(0)
  await page.getByRole('log').hover()
  await page.mouse.wheel(0, -200)
  await expect(follow).toBeVisible()
  await follow.click()
  await expect(follow).toHaveCount(0)

  await page.close()
  const reopened = await context.newPage()
  const after = watchConsole(reopened)
  listen(reopened)
  asked.length = 0
  await reopened.goto('/jobs')
  await reopened.getByRole('link', { name: 'counting' }).click()
  await reopened.waitForURL(`**/jobs/${id}`)
  await shows(reopened, 100)
  await expectWhole(reopened)
  // A new tab has nothing to go on from.
  expect(asked[0]).toBe(-1)
  await cancel(reopened)
  const seen = await numbers(reopened)
  await expectWhole(reopened)
  await reopened.reload()
  await expect.poll(async () => (await numbers(reopened)).length).toBeGreaterThanOrEqual(seen.length)
  await expectWhole(reopened)
  expect([...errors, ...after.errors]).toEqual([])
})

test('a tab that is closed while its job runs costs nothing: the job ends and waits with its result', async ({
  page,
  context,
}) => {
  await write(page, {
    title: 'left alone',
    code: "setTimeout(() => console.log('seen by nobody'), 1500)\n",
  })
  await fund(page)
  const id = await order(page)
  await page.close()
  const reopened = await context.newPage()
  const { errors } = watchConsole(reopened)
  await reopened.goto(`/jobs/${id}`)
  await expect(reopened.getByText('Checked, paid, finished.')).toBeVisible({ timeout: 90_000 })
  await expect(reopened.getByRole('log')).toContainText('seen by nobody')
  expect(errors).toEqual([])
})

test('what was written is still in the form after a reload', async ({ page }) => {
  const { errors } = watchConsole(page)
  await write(page, { title: 'half written', code: 'console.log("half")\n', seconds: 77 })
  await page.reload()
  await expect(page.getByLabel('Source of the program')).toHaveValue('console.log("half")\n')
  await expect(page.getByLabel('Title (only you see it)')).toHaveValue('half written')
  await expect(page.getByLabel('Time limit, seconds')).toHaveValue('77')
  expect(errors).toEqual([])
})

test('[case 137] two clicks on the button that signs make one job', async ({ page }) => {
  const { errors } = watchConsole(page)
  await write(page, { title: 'clicked twice', code: "console.log('once')\n" })
  await fund(page)
  const sign = page.getByRole('button', { name: 'Sign the order' })
  await expect(sign).toBeEnabled({ timeout: 60_000 })
  // In one breath, before the page can draw itself anew; then as a person's double click would still land.
  await sign.evaluate((button) => {
    for (let click = 0; click < 5; click++) (button as HTMLButtonElement).click()
  })
  await page.waitForURL(/\/jobs\/job_/, { timeout: 60_000 })
  await expect(page.getByText('Checked, paid, finished.')).toBeVisible({ timeout: 90_000 })
  const { jobs } = (await (await page.request.get('/api/v1/jobs?limit=100')).json()) as {
    jobs: { title: string }[]
  }
  expect(jobs.filter((job) => job.title === 'clicked twice')).toHaveLength(1)
  expect(errors).toEqual([])
})

test('money goes into the escrow and out again, to the wei, and each movement is listed', async ({
  page,
}) => {
  const { errors } = watchConsole(page)
  await page.goto('/account')
  const amount = page.getByLabel('Amount in oGPU')
  await expect(amount).toBeVisible()
  const start = await moneyOf(page)

  for (const [wrong, words] of [
    ['abc', 'Write an amount'],
    ['-1', 'Write an amount'],
    ['0', 'Write an amount'],
    ['1e3', 'Write an amount'],
    ['0.0000000000000000001', 'Write an amount'],
    ['99999999', 'oGPU are there.'],
  ] as const) {
    await amount.fill(wrong)
    await expect(page.getByText(words)).toBeVisible()
    await expect(page.getByRole('button', { name: 'Deposit' }).last()).toBeDisabled()
  }

  await amount.fill('12.5')
  await page.locator('main form button[type=submit]').first().click()
  await mined(page)
  await expect.poll(async () => (await moneyOf(page)).escrow).toBe(start.escrow + (25n * OGPU) / 2n)
  expect((await moneyOf(page)).wallet).toBe(start.wallet - (25n * OGPU) / 2n)
  await expect(page.getByText('Deposited').first()).toBeVisible({ timeout: 30_000 })

  await page.getByRole('button', { name: 'Withdraw', exact: true }).first().click()
  await page.getByLabel('To (empty: your own wallet)').fill('0x123')
  await amount.fill('2.25')
  await expect(page.getByText('That is not an address.')).toBeVisible()
  await page.getByLabel('To (empty: your own wallet)').fill('')
  await page.locator('main form button[type=submit]').first().click()
  await mined(page)
  await expect.poll(async () => (await moneyOf(page)).escrow).toBe(start.escrow + (41n * OGPU) / 4n)
  expect((await moneyOf(page)).wallet).toBe(start.wallet - (41n * OGPU) / 4n)
  const withdrawn = page.getByRole('listitem').filter({ hasText: 'Withdrawn' }).first()
  await expect(withdrawn).toContainText('2.25', { timeout: 30_000 })
  await withdrawn.getByRole('link').click()
  await page.waitForURL(/\/explorer\/tx\/0x/)
  await expect(page.getByText('Withdrawn').first()).toBeVisible()
  expect(errors).toEqual([])
})

test('[case 127] an API key is shown once, does what it may, and is worth nothing once revoked', async ({
  page,
  playwright,
  baseURL,
}) => {
  const { errors } = watchConsole(page)
  await page.goto('/account')
  await page.getByLabel('What it is for').fill('a program')
  await page.getByRole('button', { name: 'Make key' }).click()
  const shown = page.getByRole('status').filter({ hasText: 'shown once only' }).locator('code')
  const token = (await shown.textContent()) ?? ''
  expect(token).toMatch(/^ogk_/)
  const row = page.getByRole('listitem').filter({ hasText: 'a program' })
  await expect(row).toContainText('never used')
  await page.reload()
  await expect(row).toBeVisible()
  expect(await page.content()).not.toContain(token)

  const program = await playwright.request.newContext({
    ...(baseURL === undefined ? {} : { baseURL }),
    storageState: { cookies: [], origins: [] },
    extraHTTPHeaders: { authorization: `Bearer ${token}` },
  })
  const { jobs } = (await (await program.get('/api/v1/jobs')).json()) as { jobs: { id: string }[] }
  expect(jobs.length).toBeGreaterThan(0)
  expect((await program.get(`/api/v1/jobs/${jobs[0]?.id}`)).status()).toBe(200)
  // It was made to read: it may not cancel, and no key makes keys or deletes.
  expect((await program.post(`/api/v1/jobs/${jobs[0]?.id}/cancel`, { data: {} })).status()).toBe(403)
  expect((await program.get('/api/v1/keys')).status()).toBe(403)
  expect((await program.delete(`/api/v1/jobs/${jobs[0]?.id}/data`)).status()).toBe(403)
  await page.reload()
  await expect(row).toContainText('last used')

  await row.getByRole('button', { name: 'Revoke' }).click()
  await expect(row).toHaveCount(0)
  expect((await program.get('/api/v1/jobs')).status()).toBe(401)
  await program.dispose()
  expect(errors).toEqual([])
})
