import { expect, test } from '@playwright/test'
import { startWithout } from './bareNetwork.ts'
import { fund, order, signIn, watchConsole } from './person.ts'

test('a newcomer without bubblewrap gets a paid, validated result of a Node program, and clear words about Python', async ({
  page,
}) => {
  test.skip(process.platform !== 'linux', 'jobs run in a Linux sandbox')
  test.setTimeout(400_000)
  const network = await startWithout(['bwrap'])
  try {
    expect(network.printed()).toMatch(/Missing: bubblewrap .* To add them: \S+/)
    const { errors } = watchConsole(page)

    // The first template needs Node alone; what nobody can run says so.
    await page.goto(network.url)
    const python = page.getByRole('listitem').filter({ hasText: 'Train a small model' })
    await expect(python).toContainText('No live node runs Python at the moment')
    await page.getByRole('link', { name: /Count primes/ }).click()
    await page.waitForURL(/\/jobs\/new/)
    await signIn(page)
    await fund(page)
    await order(page)
    await expect(page.getByText('Checked, paid, finished.')).toBeVisible({ timeout: 120_000 })
    await expect(page.getByRole('log')).toContainText('148933')
    await expect(page.getByText('agrees with the node')).toHaveCount(3)

    // Python: said before anything is signed, and refused by the server when tried all the same.
    await page.goto(`${network.url}/jobs/new`)
    await page.getByRole('radio', { name: 'Python' }).check({ force: true })
    await expect(page.getByText('No live node runs this at the moment')).toBeVisible()
    await page.getByLabel('Source of the program').fill('print(1)\n')
    await expect(page.getByText('No live node can take this job now')).toBeVisible()
    const before = await page.request.get(`${network.url}/api/v1/account`).then((answer) => answer.json())
    const sign = page.getByRole('button', { name: 'Sign the order' })
    await expect(sign).toBeEnabled({ timeout: 60_000 })
    await sign.click()
    await expect(page.getByText('The order was not accepted')).toBeVisible()
    await expect(page.getByText(/No live node of this class can run python/)).toBeVisible()
    await expect(page.getByLabel('Source of the program')).toHaveValue('print(1)\n')
    expect((await (await page.request.get(`${network.url}/api/v1/account`)).json()).escrow).toBe(
      before.escrow,
    )

    // And the page of a node says what runs it, and what is missing.
    await page.goto(`${network.url}/nodes`)
    await page.locator('a[href^="/nodes/0x"]').first().click()
    await page.waitForURL(/\/nodes\/0x/)
    await expect(page.locator('main')).toContainText('namespaces')
    expect(errors.filter((text) => !/422/.test(text))).toEqual([])
  } finally {
    await network.stop()
  }
})
