import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { fund, order, signIn, watchConsole } from './person.ts'

test('a newcomer goes from the home page to a paid, validated result', async ({ page }) => {
  const { errors } = watchConsole(page)
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  // The wallet's code stays away until somebody asks for it.
  const scripts = await page.evaluate(() =>
    performance.getEntriesByType('resource').map((entry) => entry.name),
  )
  expect(scripts.some((name) => name.includes('/api/v1/network'))).toBe(false)

  await page.getByRole('link', { name: /Count primes/ }).click()
  await page.waitForURL(/\/jobs\/new/)
  await signIn(page)
  await fund(page)
  const id = await order(page)

  await expect(page.getByText('Checked, paid, finished.')).toBeVisible({ timeout: 90_000 })
  await expect(page.getByRole('log')).toContainText('148933')
  await expect(page.getByText('This row applied')).toBeVisible()
  await expect(page.getByText('agrees with the node')).toHaveCount(3)
  await page.getByRole('button', { name: 'Standard output' }).click()
  await expect(page.locator('pre').filter({ hasText: '148933' })).toBeVisible()

  // The log is still there after a reload, and each step's transaction opens.
  await page.reload()
  await expect(page.getByRole('log')).toContainText('148933')
  await page.getByRole('list', { name: 'The job from order to payment' }).getByRole('link').last().click()
  await page.waitForURL(/\/explorer\/tx\/0x/)
  await expect(page.getByText('Settled', { exact: true }).first()).toBeVisible()
  await expect(page.getByRole('link', { name: id })).toBeVisible()
  expect(errors).toEqual([])
})

test('[case 130] what people write is shown and never run', async ({ page }) => {
  const attack = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>'
  const { errors } = watchConsole(page)
  await page.goto('/jobs/new')
  await signIn(page)
  await page.getByLabel('Title (only you see it)').fill(attack.slice(0, 100))
  await page
    .getByLabel('Source of the program')
    .fill(
      `import { writeFileSync } from 'node:fs'\nconst attack = ${JSON.stringify(attack)}\nconsole.log(attack)\nconsole.error('\\u001b]8;;javascript:alert(1)\\u001b\\\\link\\u001b]8;;\\u001b\\\\')\nwriteFileSync('page.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="window.broken=1"/>')\nwriteFileSync('note.md', '[x](javascript:alert(1)) ' + attack)\n`,
    )
  await fund(page)
  await order(page)
  await expect(page.getByText('Checked, paid, finished.')).toBeVisible({ timeout: 90_000 })
  await expect(page.getByRole('heading', { level: 1 })).toContainText('<img src=x')
  await expect(page.getByRole('log')).toContainText('<script>window.broken=1</script>')
  await expect(page.getByRole('log')).not.toContainText('javascript:')
  for (const name of ['page.svg', 'note.md']) {
    await page.getByRole('button', { name }).click()
    await expect(
      page.locator('pre').filter({ hasText: name === 'page.svg' ? 'onload' : 'javascript:alert' }),
    ).toBeVisible()
  }
  await page.goto('/jobs')
  await expect(page.getByRole('link', { name: /<img src=x/ })).toBeVisible()
  expect(await page.evaluate(() => (window as { broken?: number }).broken)).toBeUndefined()
  expect(errors).toEqual([])
})

test('pages are usable by keyboard and screen reader, in light and dark', async ({ page }) => {
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    for (const path of ['/', '/jobs', '/jobs/new?template=train', '/nodes', '/account', '/nowhere']) {
      await page.goto(path)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
        .analyze()
      expect(
        violations.map(
          (violation) =>
            `${path} ${scheme} ${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).join(', ')}`,
        ),
      ).toEqual([])
    }
  }
  await page.goto('/')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused()
})

test('the language follows the browser, then the choice', async ({ browser, page, baseURL }) => {
  const taiwan = await browser.newContext({ locale: 'zh-TW', ...(baseURL === undefined ? {} : { baseURL }) })
  const there = await taiwan.newPage()
  await there.goto('/')
  await expect(there.locator('html')).toHaveAttribute('lang', 'zh-Hant')
  await expect(there.getByRole('heading', { level: 1 })).toContainText('驗證無誤才付款')
  await taiwan.close()

  await page.goto('/')
  await page.getByRole('button', { name: '简体中文' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('验证无误才付款')
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans')
})
