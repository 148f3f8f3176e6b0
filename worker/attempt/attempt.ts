/**
 * The node's side of an attempt: run the program, tell that it runs, stream its logs, commit to what came of it, and say so
 * until the network has it. Every step can be repeated by a later process.
 */
import { randomBytes } from 'node:crypto'
import { messageOf } from '#lib/kernel/errors.ts'
import { tracePoint } from '#lib/kernel/trace.ts'
import { manifestHash } from '#lib/protocol/jobSpec.ts'
import { type Opening, RUN_OUTCOME, resultCommitment } from '#lib/protocol/messages.ts'
import { manifestOutputHash } from '#lib/protocol/runOutput.ts'
import { attemptOf, type Duty, heldOf, report, sign, uploadAll } from '../session/duty.ts'
import { LeaseGone } from '../session/leaseFiles.ts'
import type { Execution, Kept } from '../session/leaseStore.ts'
import { LogSender } from './logSender.ts'

/** Runs the attempt to its end. Resolves when nothing is left to do for the lease; throws the signal's reason when stopped. */
export async function runAttempt(duty: Duty): Promise<void> {
  let kept = duty.folder.kept
  if (kept === null) {
    const execution = await runProgram(duty)
    if (execution === null) return
    kept = { execution, salt: `0x${randomBytes(32).toString('hex')}` }
    await duty.folder.keep(kept)
  } else {
    // The earlier process may have died before this was heard.
    await sayStarted(duty)
  }
  await uploadAll(duty, kept.execution)
  const message = await resultMessage(duty, kept)
  const reply = await duty.steps.sayResult(
    () => duty.connection.deliver('runFinished', message, duty.signal),
    duty.signal,
  )
  report(duty, 'result', reply)
}

/** Null when the attempt was handed back. */
async function runProgram(duty: Duty): Promise<Execution | null> {
  const release = await duty.place(duty.signal)
  const logs = new LogSender((entries) =>
    duty.connection.deliver('runLog', { ...heldOf(duty), entries }, duty.signal),
  )
  let started: Promise<unknown> = Promise.resolve()
  try {
    const execution = await duty.steps.execute(
      duty.bench,
      { grant: duty.folder.grant, spool: duty.folder.spool, files: duty.files, signal: duty.signal },
      {
        onStart: () => {
          tracePoint(duty.logger, 'programStarted', { jobId: duty.folder.grant.jobId })
          started = sayStarted(duty)
          // Awaited once the run has ended; until then a failure would be nobody's.
          started.catch(() => undefined)
        },
        onOutput: (stream, chunk) => logs.output(stream, chunk),
        onNote: (text) => logs.system(text),
      },
    )
    logs.system(`[${execution.detail}]\n`)
    await Promise.all([started, logs.end()])
    return execution
  } catch (error) {
    duty.signal.throwIfAborted()
    if (error instanceof LeaseGone) throw error
    duty.logger.warn({ ...heldOf(duty), error: messageOf(error) }, 'the attempt cannot be run here')
    await handBack(duty, messageOf(error))
    return null
  } finally {
    release()
  }
}

async function sayStarted(duty: Duty): Promise<void> {
  const message = { ...attemptOf(duty), node: duty.node }
  const signature = await sign(duty, 'Start', message)
  report(
    duty,
    'start',
    await duty.connection.deliver(
      'runStarted',
      { ...heldOf(duty), start: { message, signature } },
      duty.signal,
    ),
  )
}

async function handBack(duty: Duty, reason: string): Promise<void> {
  const message = { ...attemptOf(duty), node: duty.node }
  const signature = await sign(duty, 'HandBack', message)
  const said = { ...heldOf(duty), reason: reason.slice(0, 500), handBack: { message, signature } }
  report(duty, 'hand-back', await duty.connection.deliver('handBack', said, duty.signal))
}

async function resultMessage(duty: Duty, { execution, salt }: Kept): Promise<object> {
  const { manifest, detail, truncated, secondsUsed } = execution
  const opening: Opening = {
    outcome: RUN_OUTCOME[execution.outcome],
    outputHash: manifestOutputHash(duty.folder.grant.spec.comparator, manifest),
    manifestHash: manifestHash(manifest),
    secondsUsed,
    salt,
  }
  const about = { ...attemptOf(duty), node: duty.node }
  const message = { ...about, commitment: resultCommitment(about, opening) }
  const signature = await sign(duty, 'Result', message)
  return { ...heldOf(duty), manifest, detail, truncated, result: { message, signature, opening } }
}
