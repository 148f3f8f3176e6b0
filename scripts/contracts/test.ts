/**
 * `npm run test:contracts`: unit tests, fuzz tests of 2,000 runs and invariant campaigns of 256 runs of 64 calls (the
 * profile `ci` of foundry.toml), and the gas bench against docs/gas.md, as `npm test` runs them. `npx forge test` is the short form for developing.
 */
import { totalsOf } from '../test/results.ts'
import { runContracts, runGas } from '../test/suites.ts'

const began = performance.now()
console.log('Compiling and running; this takes some minutes and says nothing before its end.')
const { passed, failed, skipped } = totalsOf([...(await runContracts('ci')), ...(await runGas())])
console.log(
  `${passed} passed, ${failed} failed, ${skipped} skipped, ${((performance.now() - began) / 1000).toFixed(0)} s`,
)
process.exitCode = failed > 0 ? 1 : 0
