import type { RuntimeName } from '#lib/protocol/jobSpec.ts'

/** A program that works, to start from. Its name and description are in the messages under `template`. */
export interface JobTemplate {
  readonly id: 'primes' | 'train' | 'words' | 'mandelbrot'
  readonly runtime: RuntimeName
  readonly entry: string
  readonly code: string
  readonly stdin: string | null
  /** A module the program imports that not every node has. */
  readonly module: string | null
  readonly tolerance: number | null
  /** Output files to compare; null compares standard output. */
  readonly compareFiles: readonly string[] | null
  readonly timeoutSeconds: number
}

const PRIMES = `// Counts the primes below a limit with a sieve.
const limit = Number(process.argv[2] ?? 2_000_000)
const composite = new Uint8Array(limit + 1)
let count = 0
let largest = 0
for (let n = 2; n <= limit; n++) {
  if (composite[n]) continue
  count++
  largest = n
  for (let multiple = n * n; multiple <= limit; multiple += n) composite[multiple] = 1
}
console.log(JSON.stringify({ limit, count, largest }))
`

const TRAIN = `# Fits a line by gradient descent and writes the model to a file.
import json
import numpy as np

rng = np.random.default_rng(7)
x = rng.normal(size=(2000, 8))
true_weights = np.arange(1, 9) / 4
y = x @ true_weights + rng.normal(scale=0.05, size=2000)

weights = np.zeros(8)
for step in range(1, 401):
    error = x @ weights - y
    weights -= 0.05 * (x.T @ error) / len(y)
    if step % 100 == 0:
        print(f"step {step} loss {float((error ** 2).mean()):.6f}", flush=True)

with open("model.json", "w") as file:
    json.dump({"weights": [float(w) for w in weights]}, file)
print("wrote model.json")
`

const WORDS = `// Reads a text on standard input and prints its ten most frequent words.
let text = ''
for await (const chunk of process.stdin) text += chunk
const counts = new Map()
for (const word of text.toLowerCase().match(/\\p{L}+/gu) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1)
const top = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 10)
console.log(JSON.stringify(Object.fromEntries(top), null, 2))
`

const MANDELBROT = `# Draws the Mandelbrot set into an image file, without any module.
WIDTH, HEIGHT, DEPTH = 240, 160, 80

rows = []
for row in range(HEIGHT):
    line = []
    for column in range(WIDTH):
        c = complex(-2.2 + 3.2 * column / WIDTH, -1.07 + 2.14 * row / HEIGHT)
        z, steps = 0j, 0
        while abs(z) <= 2 and steps < DEPTH:
            z, steps = z * z + c, steps + 1
        shade = 255 - steps * 255 // DEPTH
        line.append(bytes((shade, shade, min(255, shade + 24))))
    rows.append(b"".join(line))
    if row % 40 == 39:
        print(f"{row + 1} of {HEIGHT} rows", flush=True)

# A 24-bit BMP stores its rows from the bottom up.
size = 54 + WIDTH * HEIGHT * 3
header = b"BM" + size.to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
header += (40).to_bytes(4, "little") + WIDTH.to_bytes(4, "little") + HEIGHT.to_bytes(4, "little")
header += (1).to_bytes(2, "little") + (24).to_bytes(2, "little") + bytes(24)
with open("mandelbrot.bmp", "wb") as file:
    file.write(header + b"".join(reversed(rows)))
print("wrote mandelbrot.bmp")
`

export const JOB_TEMPLATES: readonly JobTemplate[] = [
  {
    id: 'primes',
    runtime: 'node',
    entry: 'primes.mjs',
    code: PRIMES,
    stdin: null,
    module: null,
    tolerance: null,
    compareFiles: null,
    timeoutSeconds: 60,
  },
  {
    id: 'train',
    runtime: 'python',
    entry: 'train.py',
    code: TRAIN,
    stdin: null,
    module: 'numpy',
    tolerance: 1e-6,
    compareFiles: ['model.json'],
    timeoutSeconds: 120,
  },
  {
    id: 'words',
    runtime: 'node',
    entry: 'words.mjs',
    code: WORDS,
    stdin:
      'The line leaves the ring and the line arrives.\nWhat ran once runs again, and again, and agrees.\n',
    module: null,
    tolerance: null,
    compareFiles: null,
    timeoutSeconds: 60,
  },
  {
    id: 'mandelbrot',
    runtime: 'python',
    entry: 'mandelbrot.py',
    code: MANDELBROT,
    stdin: null,
    module: null,
    tolerance: null,
    compareFiles: ['mandelbrot.bmp'],
    timeoutSeconds: 120,
  },
]
