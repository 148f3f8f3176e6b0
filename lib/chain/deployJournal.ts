/** What a deployment has signed so far, so that one that was cut off goes on instead of beginning anew. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import * as z from 'zod'
import { AppError } from '../kernel/errors.ts'
import { type Hex, lower } from '../kernel/ids.ts'

const hex = z
  .string()
  .regex(/^0x[0-9a-f]*$/)
  .transform((text) => text as Hex)
const stepSchema = z.object({
  /** Hash over receiver, data and value: the same step of another plan is another step. */
  digest: hex,
  nonce: z.number().int().nonnegative(),
  hash: hex,
  /** The signed transaction, to be sent again when the chain has lost it. */
  raw: hex,
})
export type SignedStep = z.infer<typeof stepSchema>
const schema = z.object({
  genesis: hex,
  deployer: hex,
  fromBlock: z.string().regex(/^\d+$/),
  steps: z.record(z.string(), stepSchema),
})
type Content = z.infer<typeof schema>

export interface DeployJournal {
  /** Begins, or goes on with what was begun on the same chain by the same key. Returns the block it began at. */
  begin(on: { genesis: Hex; deployer: Hex; block: bigint }): bigint
  find(what: string): SignedStep | undefined
  /** Kept before it returns: only then is the transaction sent. */
  add(what: string, step: SignedStep): void
}

/** For deployments that nobody will go on with. */
export function memoryJournal(): DeployJournal {
  return journalOver(null, () => {})
}

/**
 * Kept in a file, replaced in one step. `begin` sets aside nothing: a file of another chain or key is an AppError
 * `deployment.otherPlan`, a damaged one `deployment.file`.
 */
export function fileJournal(file: string): DeployJournal {
  let content: Content | null = null
  if (existsSync(file)) {
    try {
      content = schema.parse(JSON.parse(readFileSync(file, 'utf8')))
    } catch (cause) {
      throw new AppError(
        'deployment.file',
        `${file} is damaged: restore it, or move it away to deploy anew.`,
        {
          status: 500,
          cause,
        },
      )
    }
  }
  return journalOver(content, (next) => {
    // Signed transactions hold no key, but nobody else needs to send them.
    writeFileSync(`${file}.new`, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  })
}

/** Removes a journal whose deployment is complete. */
export function closeJournal(file: string): void {
  rmSync(file, { force: true })
}

function journalOver(known: Content | null, keep: (content: Content) => void): DeployJournal {
  let content = known
  return {
    begin({ genesis, deployer, block }) {
      if (content !== null && (content.genesis !== genesis || lower(content.deployer) !== lower(deployer)))
        throw new AppError(
          'deployment.otherPlan',
          'a deployment was begun on another chain or by another key: finish it there, or move its journal away',
          { status: 500, details: { begunBy: content.deployer, onGenesis: content.genesis } },
        )
      content ??= { genesis, deployer: lower(deployer), fromBlock: block.toString(), steps: {} }
      return BigInt(content.fromBlock)
    },
    find: (what) => content?.steps[what],
    add(what, step) {
      if (content === null) throw new Error('a step before the beginning')
      content = { ...content, steps: { ...content.steps, [what]: step } }
      keep(content)
    },
  }
}
