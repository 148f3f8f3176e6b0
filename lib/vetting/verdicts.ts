/**
 * Verdicts by content hash, and what admins decided about them. A verdict is given once for a content: the same bytes get
 * the same answer, other bytes have none yet.
 */
import { and, eq, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.ts'
import { verdicts } from '../db/schema/vetting.ts'
import { AppError } from '../kernel/errors.ts'
import type { Address } from '../kernel/ids.ts'
import { recordDeed } from '../ops/audit.ts'
import type { Decision, Reason, Verdict } from '../protocol/verdict.ts'

export interface StoredVerdict {
  readonly contentHash: string
  readonly decision: Decision
  readonly reasons: Reason[]
  /** `rules`, or `admin` once a person decided. */
  readonly decidedBy: string
  readonly admin: Address | null
}

function ofRow(row: typeof verdicts.$inferSelect): StoredVerdict {
  const { contentHash, decision, decidedBy, admin } = row
  return { contentHash, decision, reasons: row.reasons as Reason[], decidedBy, admin }
}

/** The verdict that stands for a content, or null when it was never vetted. */
export async function verdictOf(db: Db | Tx, contentHash: string): Promise<StoredVerdict | null> {
  const [row] = await db.select().from(verdicts).where(eq(verdicts.contentHash, contentHash))
  return row === undefined ? null : ofRow(row)
}

/** Keeps a verdict of the rules. One that a person gave stands whatever the rules say later. Returns the one that stands. */
export async function recordVerdict(db: Db | Tx, verdict: Verdict): Promise<StoredVerdict> {
  const { contentHash, decision, reasons } = verdict
  await db
    .insert(verdicts)
    .values({ contentHash, decision, reasons })
    .onConflictDoUpdate({
      target: verdicts.contentHash,
      set: { decision, reasons, decidedAt: sql`now()` },
      setWhere: eq(verdicts.decidedBy, 'rules'),
    })
  const standing = await verdictOf(db, contentHash)
  if (standing === null) throw new Error(`the verdict of ${contentHash} vanished`)
  return standing
}

/**
 * An admin's word on a held content, written to the audit log. Throws AppError `not-held` when there is nothing to decide
 * (unknown, passed, or decided by somebody else a moment ago).
 */
export async function decideHeld(
  tx: Tx,
  decision: { contentHash: string; approve: boolean; admin: Address; note: string; subject: string },
): Promise<void> {
  const rows = await tx
    .update(verdicts)
    .set({
      decision: decision.approve ? 'pass' : 'reject',
      decidedBy: 'admin',
      admin: decision.admin,
      decidedAt: sql`now()`,
    })
    .where(and(eq(verdicts.contentHash, decision.contentHash), eq(verdicts.decision, 'hold')))
    .returning({ contentHash: verdicts.contentHash })
  if (rows.length === 0) {
    throw new AppError('not-held', 'This content is not held, or somebody else decided already.', {
      status: 409,
    })
  }
  await recordDeed(tx, {
    actor: decision.admin,
    action: decision.approve ? 'vetting.approve' : 'vetting.reject',
    subject: decision.subject,
    details: JSON.stringify({ contentHash: decision.contentHash, note: decision.note }),
  })
}

/** Removes the reasons, which quote the content, and keeps the decision. */
export async function forgetReasons(tx: Tx, contentHash: string): Promise<void> {
  await tx.update(verdicts).set({ reasons: [] }).where(eq(verdicts.contentHash, contentHash))
}
