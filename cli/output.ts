/** What the command prints: one JSON object with --json, a few calm lines without. */
import { formatOgpu } from '../lib/kernel/money.ts'
import { FINAL_STATES } from '../lib/protocol/jobState.ts'
import { stripTerminal } from '../lib/protocol/terminal.ts'
import type { JobView } from '../lib/protocol/views.ts'
import { EXIT } from './exit.ts'

/** The stable JSON of a job; money in wei as decimal strings. */
export function jobJson(job: JobView) {
  return {
    id: job.id,
    state: job.state,
    row: job.cost.row,
    exitCode: job.exitCode,
    price: job.cost.price,
    cost: job.cost,
    node: job.node,
    committee: job.committee.map((seat) => ({
      member: seat.member,
      stage: seat.stage,
      outcome: seat.outcome,
      agrees: seat.agrees,
      paid: seat.paid,
    })),
    transactions: job.transactions,
    artifacts: job.artifacts.map(({ name, kind, sha256, bytes }) => ({ name, kind, sha256, bytes })),
    stdout: job.stdout,
    waiting: job.waiting,
    reasons: job.verdict?.reasons ?? [],
  }
}

/** 0 when the job settled with a correct result, 1 when it ended otherwise; a job still under way counts as 0. */
export function jobStatus(job: JobView): number {
  if (job.state === 'settled')
    return job.cost.row === 'correct' && job.exitCode === 0 ? EXIT.settled : EXIT.jobFailed
  return FINAL_STATES.has(job.state) || job.state === 'held' ? EXIT.jobFailed : EXIT.settled
}

const money = (wei: string | null) => (wei === null ? '-' : `${formatOgpu(BigInt(wei), 6)} oGPU`)

/** A few lines about a job for a person. */
export function jobText(job: JobView): string {
  const lines = [
    `${job.id}  ${job.state}${job.cost.row === null ? '' : ` (${job.cost.row})`}  ${stripTerminal(job.title)}`,
    `  node       ${job.node === null ? '-' : `${stripTerminal(job.nodeName ?? '')} ${job.node}`}`,
    `  price      ${money(job.cost.price)} of at most ${money(job.maxPrice)}`,
    `  exit code  ${job.exitCode ?? '-'}`,
  ]
  if (job.cost.refund !== null) {
    lines.push(
      `  paid       node ${money(job.cost.nodePay)}, members ${money(job.cost.membersPaid)}, fee ${money(job.cost.fee)}; back to you ${money(job.cost.refund)}`,
    )
  }
  if (job.committee.length > 0) {
    lines.push(
      `  committee  ${job.committee.map((seat) => `${stripTerminal(seat.name)}: ${seat.agrees === null ? seat.stage : seat.agrees ? 'agrees' : 'disagrees'}`).join(', ')}`,
    )
  }
  for (const artifact of job.artifacts)
    lines.push(
      artifact.kind === 'file'
        ? `  file       ${stripTerminal(artifact.name)}  ${artifact.bytes} bytes`
        : `  ${artifact.kind.padEnd(9)}  ${artifact.bytes} bytes`,
    )
  for (const reason of job.verdict?.decision === 'pass' ? [] : (job.verdict?.reasons ?? [])) {
    lines.push(
      `  ${reason.severity}: ${stripTerminal(reason.message)}${reason.line === null ? '' : ` (${stripTerminal(reason.file ?? '')}:${reason.line})`}`,
    )
  }
  if (job.difference !== null) {
    lines.push(
      `  first difference in ${stripTerminal(job.difference.name)} at ${job.difference.at}: ${stripTerminal(job.difference.left)} / ${stripTerminal(job.difference.right)}`,
    )
    if (job.difference.proposalText !== null)
      lines.push(`  would have agreed: --compare ${job.difference.proposalText}`)
  }
  if (job.waiting !== null) lines.push(`  waiting    ${stripTerminal(job.waiting)}`)
  return lines.join('\n')
}
