/**
 * Mends the PostgreSQL driver in node_modules (postgres 3.4.9, github.com/porsager/postgres issues 1154 and 1208): a
 * connection lost between two statements of a transaction ends the whole process, and one lost while a write is buffered
 * never sends again and keeps its place in the pool for good. Run after every install; a second run changes nothing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const VERSION = '3.4.9'
const MARK = '// mended by opengpu-network'

const FLUSH = `  function nextWrite(fn) {
    const x = socket.write(chunk, fn)
`
/** Without a socket there is nobody to write to: the query is refused as one whose connection was closed. */
const FLUSH_MENDED = `  function nextWrite(fn) { ${MARK}
    if (socket === null) {
      clearImmediate(nextWriteTimer)
      chunk = nextWriteTimer = null
      error(Errors.connection('CONNECTION_CLOSED', options))
      return false
    }
    const x = socket.write(chunk, fn)
`
const CLEAR = '    clearImmediate(nextWriteTimer)\n'
const CLEAR_MENDED = `${CLEAR}    chunk = nextWriteTimer = null\n`

/** Throws when the driver is another one than this was written for: then look whether it still needs mending. */
export function mendPostgres() {
  const folder = join(ROOT, 'node_modules', 'postgres')
  if (!existsSync(folder)) return
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  if (version !== VERSION) {
    throw new Error(
      `postgres ${version} is installed; scripts/mendPostgres.mjs was written for ${VERSION}: look whether it is still needed`,
    )
  }
  for (const path of ['src/connection.js', 'cjs/src/connection.js']) {
    const file = join(folder, path)
    const text = readFileSync(file, 'utf8')
    if (text.includes(MARK)) continue
    const parts = text.split(CLEAR)
    if (parts.length !== 3 || !text.includes(FLUSH)) {
      throw new Error(`${file} is not the text that scripts/mendPostgres.mjs was written for`)
    }
    // The two places that end a connection come first: what is mended below has such a line of its own.
    writeFileSync(
      file,
      parts.join(CLEAR_MENDED).replace(FLUSH, () => FLUSH_MENDED),
    )
  }
}

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === process.argv[1]) mendPostgres()
