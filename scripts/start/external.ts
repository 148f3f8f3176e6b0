/** Servers that somebody else runs (DATABASE_URL, RPC_URL): looked at before anything is started, and refused in clear words. */
import postgres from 'postgres'
import { VARIABLES } from '#lib/config/variables.ts'
import { messageOf } from '#lib/kernel/errors.ts'
import { rpc } from '#lib/process/embedded/rpc.ts'
import { httpUrl } from './contracts.ts'
import { StepFailed } from './progress.ts'

const OLDEST_POSTGRES = 140_000
const ANSWERS_WITHIN_SECONDS = 10

/** Makes sure that a PostgreSQL we can use answers. Throws with what to do; never prints the password. */
export async function checkDatabase(url: string): Promise<void> {
  if (!VARIABLES.DATABASE_URL.schema.safeParse(url).success)
    throw new StepFailed(
      'DATABASE_URL must look like postgres://user:password@host:5432/database. Correct it, or unset it to run the embedded server.',
    )
  const { hostname, port, username, pathname } = new URL(url)
  const server = `${hostname}:${port || 5432}`
  const sql = postgres(url, { max: 1, connect_timeout: ANSWERS_WITHIN_SECONDS, onnotice: () => {} })
  try {
    // The driver's own limit ends with the connection; something else than PostgreSQL may never say a word after it.
    const [row] = await within(
      ANSWERS_WITHIN_SECONDS,
      sql<{ version: number; maker: boolean }[]>`
        select current_setting('server_version_num')::int as version,
               has_database_privilege(current_database(), 'CREATE') as maker`,
    )
    if ((row?.version ?? 0) < OLDEST_POSTGRES)
      throw new StepFailed(
        `The server at ${server} is PostgreSQL ${Math.floor((row?.version ?? 0) / 10_000)}: 14 or newer is needed. Name a newer one by DATABASE_URL, or unset it.`,
      )
    if (!row?.maker)
      throw new StepFailed(
        `The user of DATABASE_URL may not make schemas in its database at ${server}: \`grant create on database\`, or name its owner.`,
      )
  } catch (error) {
    if (error instanceof StepFailed) throw error
    const database = decodeURIComponent(pathname.slice(1))
    throw new StepFailed(databaseWords(error, server, decodeURIComponent(username), database))
  } finally {
    await sql.end({ timeout: 0 }).catch(() => {})
  }
}

function databaseWords(error: unknown, server: string, user: string, database: string): string {
  const code = codeOf(error)
  if (code === '28P01' || code === '28000')
    return `PostgreSQL at ${server} refuses the user "${user}" (${messageOf(error)}). Correct user and password in DATABASE_URL.`
  if (code === '3D000')
    return `PostgreSQL at ${server} has no database "${database}". Make it with \`createdb ${database}\`, or correct DATABASE_URL.`
  return `No PostgreSQL answers at ${server} (${reasonOf(error)}). Start it, correct DATABASE_URL, or unset it to run the embedded server.`
}

/** The id of the chain at `url`; `expected` is what CHAIN_ID says, if anything. Throws with what to do. */
export async function checkChain(url: string, expected: string | undefined): Promise<number> {
  if (!VARIABLES.RPC_URL.schema.safeParse(url).success)
    throw new StepFailed(
      `RPC_URL must begin with ws:// or wss:// (blocks are heard, not polled). Correct it, or unset it to run the local chain.`,
    )
  let answer: unknown
  try {
    answer = await rpc<unknown>(httpUrl(url), 'eth_chainId', [], ANSWERS_WITHIN_SECONDS * 1000)
  } catch (error) {
    throw new StepFailed(
      `No chain answers at ${placeOf(url)} (${reasonOf(error)}). Start its node, correct RPC_URL, or unset it to run the local chain.`,
    )
  }
  const id = typeof answer === 'string' ? Number(answer) : Number.NaN
  if (!Number.isSafeInteger(id) || id < 1)
    throw new StepFailed(`What answers at ${placeOf(url)} is no chain node. Correct RPC_URL.`)
  if (expected && Number(expected) !== id)
    throw new StepFailed(
      `CHAIN_ID is ${expected}, but the chain at ${placeOf(url)} is ${id}. Correct the one that is wrong.`,
    )
  return id
}

/** Addresses of chain nodes carry keys in their path. */
function placeOf(url: string): string {
  return new URL(url).host
}

async function within<T>(seconds: number, work: PromiseLike<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${seconds} s`)), seconds * 1000)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What lies at the bottom of an error: fetch wraps what the system said. A code of the system is its shortest name. */
function reasonOf(error: unknown): string {
  let at = error
  while (at instanceof Error && at.cause !== undefined) at = at.cause
  const code = codeOf(at)
  return code !== undefined && /^E[A-Z]+$/.test(code) ? code : messageOf(at)
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}
