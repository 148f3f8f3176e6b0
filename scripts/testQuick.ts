/** `npm run test:quick`: what can be known in under a minute, without database, chain or browser. */
import { reportCheck, runChecks } from './check.ts'
import { totalsOf } from './test/results.ts'
import { runVitest } from './test/suites.ts'

const checks = await runChecks(false, reportCheck)
const { passed, failed, skipped } = totalsOf(await runVitest(['unit']))
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = checks && failed === 0 ? 0 : 1
