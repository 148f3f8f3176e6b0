'use server'

import * as z from 'zod'
import { decideHold as decide } from '#lib/jobs/holds.ts'
import { holdDecisionSchema } from '#lib/protocol/jobRequest.ts'
import { adminAction } from '#lib/web/action.ts'

const inputSchema = holdDecisionSchema.extend({ jobId: z.string().max(60) })

const run = adminAction(inputSchema, async ({ input, caller, runtime }) => {
  const { jobId, decision, note } = input
  await decide(runtime, { jobId, admin: caller.address, approve: decision === 'approve', note })
})

/** An admin's word on a held job; for everybody else this does not exist. */
export async function decideHold(input: z.input<typeof inputSchema>) {
  return run(input)
}
