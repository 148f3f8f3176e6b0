/**
 * Mends the PostgreSQL driver in node_modules (postgres 3.4.9, github.com/porsager/postgres issues 1154 and 1208): a
 * connection lost between two statements of a transaction ends the whole process, or lets the rest of the transaction
 * run on the connection made after it; one lost while a write is buffered never sends again and keeps its place in the
 * pool for good. Run after every install; a second run changes nothing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const VERSION = '3.4.9'
const MARK = '// mended by opengpu-network'

/**
 * What is replaced in each of the driver's files. Every text to find stands there exactly as often as `times` says.
 * @type {Readonly<Record<string, readonly { find: string, put: string, times: number }[]>>}
 */
const MENDS = {
  'connection.js': [
    // A connection that ends forgets what it had not written, and that it meant to write it.
    {
      find: '    clearImmediate(nextWriteTimer)\n',
      put: '    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n',
      times: 2,
    },
    // What was sent between the error of a connection and its end has no answer either; left in the queue, it would be
    // taken for the first query of the connection made after it.
    {
      find: '    !hadError && (query || sent.length) && error(',
      put: '    ;(query || sent.length) && error(',
      times: 1,
    },
    // A connection lost while it asks for the server's types is made again and asks again; nobody waits for this answer.
    {
      find: '        return fetchArrayTypes()\n',
      put: '        return fetchArrayTypes().catch(() => undefined)\n',
      times: 1,
    },
    // Without a socket there is nobody to write to: the query is refused as one whose connection was closed.
    {
      find: '  function nextWrite(fn) {\n',
      put: `  function nextWrite(fn) {
    if (socket === null) {
      nextWriteTimer !== null && clearImmediate(nextWriteTimer)
      chunk = nextWriteTimer = null
      error(Errors.connection('CONNECTION_CLOSED', options))
      return false
    }
`,
      times: 1,
    },
  ],
  'index.js': [
    // A transaction whose connection was lost must not go on with its next statement on that connection's successor.
    {
      find: '      let uncaughtError\n        , result\n',
      put: '      let uncaughtError\n        , result\n      const era = c.era\n',
      times: 1,
    },
    {
      find: '        q.catch(e => uncaughtError || (uncaughtError = e))\n',
      put: `        q.catch(e => uncaughtError || (uncaughtError = e))
        if (c.era !== era)
          return q.reject(Errors.connection('CONNECTION_CLOSED', options))
`,
      times: 1,
    },
    {
      find: '    move(c, closed)\n    c.reserved = null\n',
      put: '    move(c, closed)\n    c.era = (c.era || 0) + 1\n    c.reserved = null\n',
      times: 1,
    },
  ],
}

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
  for (const place of ['src', 'cjs/src']) {
    for (const name of Object.keys(MENDS)) mend(join(folder, place, name), MENDS[name])
  }
}

function mend(file, mends) {
  let text = readFileSync(file, 'utf8')
  if (text.includes(MARK)) return
  for (const { find, put, times } of mends) {
    if (text.split(find).length !== times + 1) {
      throw new Error(`${file} is not the text that scripts/mendPostgres.mjs was written for`)
    }
    text = text.replaceAll(find, () => put)
  }
  writeFileSync(file, `${text}\n${MARK}\n`)
}

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === process.argv[1]) mendPostgres()
