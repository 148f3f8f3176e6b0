import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { simulateStaking } from '#tests/staking/simulation.ts'
import { forgeBuild } from '../../scripts/contracts/compile.ts'

const root = join(fileURLToPath(import.meta.url), '../../..')

test('three hundred accounts over sixty days are paid to the wei what the reference computes [case 25]', async () => {
  forgeBuild(root, ['contracts/test/staking/support', 'contracts/src/staking'])
  const lines: string[] = []
  const result = await simulateStaking({ accounts: 300, days: 60, seed: 20, say: (line) => lines.push(line) })
  expect({ ...result, lines }).toMatchObject({
    daysWrong: 0,
    accountsWrong: 0,
    accountsChecked: 300,
    daysChecked: 60,
  })
  // A crowd that does nothing would prove nothing.
  for (const [move, count] of Object.entries(result.moves)) expect(count, move).toBeGreaterThan(5)
  expect(BigInt(result.paid)).toBeGreaterThan(10n ** 18n)
}, 600_000)
