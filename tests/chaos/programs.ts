/** Small honest programs: deterministic, for both runtimes, from a moment to a few seconds long. */
import type { RuntimeName } from '#lib/protocol/jobSpec.ts'
import type { Random } from './random.ts'

export interface Program {
  readonly title: string
  readonly runtime: RuntimeName
  readonly source: string
  readonly args: readonly string[]
}

const NODE_SIEVE = `const most = Number(process.argv[2])
const composite = new Uint8Array(most + 1)
let primes = 0
for (let n = 2; n <= most; n++) {
  if (composite[n]) continue
  primes++
  for (let m = n * n; m <= most; m += n) composite[m] = 1
}
console.log('primes up to', most, primes)
`

const NODE_HASH = `import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
let digest = process.argv[2]
for (let round = 0; round < 20000; round++) digest = createHash('sha256').update(digest).digest('hex')
writeFileSync('digest.txt', digest + '\\n')
console.log(digest)
`

const NODE_SLOW = `const seconds = Number(process.argv[2])
for (let second = 1; second <= seconds; second++) {
  await new Promise((resolve) => setTimeout(resolve, 1000))
  console.log('second', second)
}
`

const PYTHON_COLLATZ = `import sys
most = int(sys.argv[1])
best, at = 0, 0
for start in range(1, most):
    steps, n = 0, start
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    if steps > best:
        best, at = steps, start
print("longest", at, best)
`

const PYTHON_SLOW = `import sys, time
for second in range(int(sys.argv[1])):
    time.sleep(1)
    print("second", second + 1, flush=True)
`

/** The program of job `index`. The same generator state gives the same program. */
export function programOf(random: Random, index: number): Program {
  const number = (least: number, most: number): string[] => [String(random.between(least, most))]
  const make = random.pick([
    () => ({ runtime: 'node' as const, source: NODE_SIEVE, args: number(10_000, 400_000) }),
    () => ({ runtime: 'node' as const, source: NODE_HASH, args: number(1, 1_000_000) }),
    () => ({ runtime: 'node' as const, source: NODE_SLOW, args: number(2, 4) }),
    () => ({ runtime: 'python' as const, source: PYTHON_COLLATZ, args: number(500, 8_000) }),
    () => ({ runtime: 'python' as const, source: PYTHON_SLOW, args: number(1, 3) }),
  ])
  return { title: `job ${index}`, ...make() }
}
