/**
 * A member's side of a check: run the same program, seal what came of it before anything of the node is seen, and when all
 * seats have sealed say what it was and with whom it agrees. The salt is on disk before the seal is said.
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { messageOf } from '#lib/kernel/errors.ts'
import { RUN_OUTCOME, sealHash } from '#lib/protocol/messages.ts'
import { manifestOutputHash } from '#lib/protocol/runOutput.ts'
import { SandboxError } from '../sandbox/types.ts'
import { abortable } from '../session/abortable.ts'
import { attemptOf, type Duty, heldOf, report, sign, uploadAll } from '../session/duty.ts'
import { ContentUnavailable } from '../session/leaseFiles.ts'
import type { Execution, Kept } from '../session/leaseStore.ts'

const TRIES = 3

/** Runs the check to its end. Resolves when the reveal was taken; throws the signal's reason when stopped. */
export async function runCheck(duty: Duty): Promise<void> {
  let kept = duty.folder.kept
  if (kept === null) {
    kept = { execution: await runProgram(duty), salt: `0x${randomBytes(32).toString('hex')}` }
    await duty.folder.keep(kept)
  }
  await uploadAll(duty, kept.execution)
  await saySealed(duty, kept)
  duty.onSealed()
  const opening = await abortable(duty.opened, duty.signal)
  const agrees = await duty.steps.agreement({
    spec: duty.folder.grant.spec,
    own: kept.execution,
    self: duty.node,
    opening,
    read: (sha256, bytes) => readOutput(duty, sha256, bytes),
    logger: duty.logger,
  })
  const message = { ...sealedPart(duty, kept), agrees }
  const signature = await sign(duty, 'Reveal', message)
  const said = { ...heldOf(duty), reveal: { message, signature } }
  const reply = await duty.steps.sayReveal(
    () => duty.connection.deliver('checkRevealed', said, duty.signal),
    duty.signal,
  )
  report(duty, 'reveal', reply)
}

/**
 * The member's own run. When the job's inputs cannot be had the member has no data, and says so. When this machine cannot
 * run the program that is nobody else's fault: the member tries again, and then stays silent and is fined.
 */
async function runProgram(duty: Duty): Promise<Execution> {
  const release = await duty.place(duty.signal)
  try {
    for (let tries = 1; ; tries++) {
      try {
        return await runOnce(duty)
      } catch (error) {
        duty.signal.throwIfAborted()
        const detail = messageOf(error).slice(0, 500)
        duty.logger.warn({ ...heldOf(duty), tries, error: detail }, 'the check could not be run')
        if (error instanceof ContentUnavailable) {
          return {
            outcome: 'noData',
            manifest: { exitCode: null, artifacts: [] },
            detail,
            truncated: false,
            secondsUsed: 0,
          }
        }
        if (!(error instanceof SandboxError) || tries === TRIES) throw error
        await pause(1000 * tries, undefined, { signal: duty.signal })
      }
    }
  } finally {
    release()
  }
}

async function runOnce(duty: Duty): Promise<Execution> {
  let told: Promise<unknown> = Promise.resolve()
  const execution = await duty.steps.execute(
    duty.bench,
    { grant: duty.folder.grant, spool: duty.folder.spool, files: duty.files, signal: duty.signal },
    {
      onStart: () => {
        told = duty.connection.deliver('runStarted', { ...heldOf(duty), start: null }, duty.signal)
        // Awaited once the run has ended; until then a failure would be nobody's.
        told.catch(() => undefined)
      },
    },
  )
  await told
  return execution
}

function sealedPart(duty: Duty, { execution, salt }: Kept) {
  return {
    ...attemptOf(duty),
    member: duty.node,
    outcome: RUN_OUTCOME[execution.outcome],
    outputHash: manifestOutputHash(duty.folder.grant.spec.comparator, execution.manifest),
    secondsUsed: execution.secondsUsed,
    salt,
  }
}

async function saySealed(duty: Duty, kept: Kept): Promise<void> {
  const message = { ...attemptOf(duty), member: duty.node, seal: sealHash(sealedPart(duty, kept)) }
  const signature = await sign(duty, 'Seal', message)
  const { manifest, detail } = kept.execution
  const said = { ...heldOf(duty), manifest, detail, seal: { message, signature } }
  const reply = await duty.steps.saySeal(
    () => duty.connection.deliver('checkSealed', said, duty.signal),
    duty.signal,
  )
  report(duty, 'seal', reply)
}

async function readOutput(duty: Duty, sha256: string, bytes: number): Promise<Uint8Array> {
  try {
    return await readFile(join(duty.folder.spool, sha256))
  } catch {
    // Not an output of our own: the network has it.
    return await duty.files.fetchContent(sha256, bytes, duty.signal)
  }
}
