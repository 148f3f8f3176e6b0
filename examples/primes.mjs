// Counts primes below a limit with a sieve: npx opengpu submit examples/primes.mjs --wait -- 2000000
const limit = Number(process.argv[2] ?? 1_000_000)
const composite = new Uint8Array(limit)
let count = 0
for (let n = 2; n < limit; n++) {
  if (composite[n]) continue
  count++
  for (let multiple = n * n; multiple < limit; multiple += n) composite[multiple] = 1
}
console.log(`${count} primes below ${limit}`)
