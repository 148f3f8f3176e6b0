import { readFileSync, writeFileSync } from 'node:fs'
import { exampleText } from '#lib/config/example.ts'

/** Writes `.env.example`, or with --check says whether it is fresh. */
const file = new URL('../.env.example', import.meta.url)
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== exampleText()) {
    console.error(
      '.env.example is not what lib/config/variables.ts says: run `npm run env:write` and commit it.',
    )
    process.exit(1)
  }
} else {
  writeFileSync(file, exampleText())
}
