'use server'

import * as z from 'zod'
import { decideHold as decide } from '#lib/jobs/holds.ts'
import { holdDecisionSchema } from '#lib/protocol/jobRequest.ts'
import { type ActionResult, adminAction } from '#lib/web/action.ts'

const decisionSchema = z.strictObject({ jobId: z.string().min(1).max(40), ...holdDecisionSchema.shape })

const act = adminAction(decisionSchema, async ({ input, caller, runtime }) => {
  await decide(runtime, {
    jobId: input.jobId,
    admin: caller.address,
    approve: input.decision === 'approve',
    note: input.note,
  })
  return null
})

/** An admin's word on a held job. Whoever is not an admin is told that there is no such page. */
export async function decideHold(input: {
  jobId: string
  decision: 'approve' | 'reject'
  note: string
}): Promise<ActionResult<null>> {
  return act(input)
}
