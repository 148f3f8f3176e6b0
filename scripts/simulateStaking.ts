/**
 * `npm run simulate:staking -- --accounts N --days D --seed S [--json]`: random activity on the real staking pool beside an
 * independent reference. Ends with 1 when the conservation law of a day or the payment of an account differs by a wei.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { simulateStaking } from '#tests/staking/simulation.ts'
import { forgeBuild } from './contracts/compile.ts'

const root = join(fileURLToPath(import.meta.url), '../..')
const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '300' },
    days: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
const whole = (name: 'accounts' | 'days' | 'seed', most: number): number => {
  const number = Number(values[name])
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  console.error(`--${name} is a whole number from 1 to ${most}, not ${values[name]}`)
  process.exit(2)
}
const options = {
  accounts: whole('accounts', 1_000_000),
  days: whole('days', 20_000),
  seed: whole('seed', 2 ** 32 - 1),
}

forgeBuild(root, ['contracts/test/staking/support', 'contracts/src/staking'])
const began = Date.now()
const result = await simulateStaking({ ...options, say: (line) => console.error(line) })
const seconds = Math.round((Date.now() - began) / 100) / 10
if (values.json) console.log(JSON.stringify({ ...result, seconds }))
else
  console.log(
    `${result.accountsChecked} accounts over ${result.daysChecked} days in ${seconds} s: ${result.paid} of ${result.received} wei paid, ` +
      `${result.daysWrong} days and ${result.accountsWrong} accounts differ from the reference`,
  )
process.exit(result.daysWrong + result.accountsWrong === 0 ? 0 : 1)
