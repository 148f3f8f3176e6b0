import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { recoverTypedDataAddress } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { lower } from '#lib/kernel/ids.ts'
import { createLogger } from '#lib/kernel/logger.ts'
import type { Manifest } from '#lib/protocol/jobSpec.ts'
import { manifestHash } from '#lib/protocol/jobSpec.ts'
import { MESSAGE_TYPES, RUN_OUTCOME, sealHash } from '#lib/protocol/messages.ts'
import { manifestOutputHash } from '#lib/protocol/runOutput.ts'
import { DOMAIN, sha256, TestGateway } from '../session/gateway.testing.ts'
import { Worker, type WorkerOptions } from '../worker.ts'

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
const key = generatePrivateKey()
const account = privateKeyToAccount(key)
const member = lower(account.address)

let gateway: TestGateway
let home: string
let ends: (() => Promise<void>)[]

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'member-test-'))
  writeFileSync(join(home, 'node.key'), `${key}\n`, { mode: 0o600 })
  gateway = new TestGateway()
  ends = []
  await gateway.start()
})
afterEach(async () => {
  for (const end of ends) await end()
  await gateway.stop()
  rmSync(home, { recursive: true, force: true })
})

async function startHere(options: WorkerOptions = {}): Promise<void> {
  const config = {
    url: gateway.url,
    account,
    home,
    name: 'member',
    ask: 1n,
    gpuClass: 0,
    slots: 1,
    logLevel: 'silent',
    path: process.env.PATH ?? '',
  }
  const worker = await Worker.start(config, createLogger('worker', 'silent'), options)
  ends.push(() => worker.stop())
  await gateway.until(() => gateway.admissions > 0)
}

/** The real program in a process of its own. */
async function startProcess(): Promise<ChildProcess> {
  const before = gateway.admissions
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      OPENGPU_URL: gateway.url,
      OPENGPU_NODE_KEY_FILE: join(home, 'node.key'),
      OPENGPU_NODE_HOME: home,
      LOG_LEVEL: 'silent',
    },
  })
  ends.push(() => kill(child, 'SIGKILL'))
  await gateway.until(() => gateway.admissions > before, 50_000)
  return child
}

function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill(signal)
  })
}

function openingFor(
  grant: { leaseId: string; spec: { comparator: Parameters<typeof manifestOutputHash>[0] } },
  node: Manifest,
  own: Manifest,
) {
  const salt = `0x${'11'.repeat(32)}`
  const opening = {
    outcome: RUN_OUTCOME.success,
    outputHash: manifestOutputHash(grant.spec.comparator, node),
    manifestHash: manifestHash(node),
    secondsUsed: 1,
    salt,
  }
  return {
    leaseId: grant.leaseId,
    fence: 1,
    node: { opening, manifest: node },
    seats: [{ seat: 0, member, manifest: own }],
  }
}

const leftOver = (): string[] => readdirSync(join(home, 'leases'))

describe('a committee member', () => {
  test('seals its own output before it is shown any, and its reveal is what it sealed', async () => {
    await startHere()
    const grant = await gateway.grantFor({ 'main.py': 'print(6 * 7)' }, { role: 'check' })
    await gateway.give(grant)
    await gateway.until(() => gateway.of('check:sealed').length === 1)
    expect(gateway.of('run:started')).toEqual([{ leaseId: grant.leaseId, fence: 1, start: null }])
    const [{ seal, manifest }] = gateway.of('check:sealed')
    expect(gateway.artifacts.get(manifest.artifacts[0].sha256)?.toString()).toBe('42\n')
    gateway.show(openingFor(grant, manifest, manifest))
    await gateway.until(() => gateway.of('check:revealed').length === 1)
    const [{ reveal }] = gateway.of('check:revealed')
    expect(reveal.message).toMatchObject({
      outcome: RUN_OUTCOME.success,
      member,
      secondsUsed: 1,
      agrees: 0b11,
    })
    expect(reveal.message.outputHash).toBe(manifestOutputHash(grant.spec.comparator, manifest))
    expect(sealHash(reveal.message)).toBe(seal.message.seal)
    for (const [primaryType, signed] of [
      ['Seal', seal],
      ['Reveal', reveal],
    ] as const) {
      const signer = await recoverTypedDataAddress({
        domain: DOMAIN,
        types: MESSAGE_TYPES,
        primaryType,
        message: signed.message,
        signature: signed.signature,
      })
      expect(lower(signer)).toBe(member)
    }
    await gateway.until(() => leftOver().length === 0)
  })

  test('a node that answered something else gets no agreement', async () => {
    await startHere()
    const grant = await gateway.grantFor({ 'main.py': 'print(6 * 7)' }, { role: 'check' })
    await gateway.give(grant)
    await gateway.until(() => gateway.of('check:sealed').length === 1)
    const [{ manifest }] = gateway.of('check:sealed')
    const wrong = {
      exitCode: 0,
      artifacts: [{ kind: 'stdout' as const, name: 'stdout', sha256: sha256('43\n'), bytes: 3 }],
    }
    gateway.show(openingFor(grant, wrong, manifest))
    await gateway.until(() => gateway.of('check:revealed').length === 1)
    expect(gateway.of('check:revealed')[0].reveal.message.agrees).toBe(0b10)
  })

  test('under a tolerance it fetches what it compares with', async () => {
    await startHere()
    const grant = await gateway.grantFor(
      { 'main.py': 'print("loss", 0.123456)' },
      { role: 'check', comparator: { method: 'number', tolerance: 1e-3, on: { kind: 'stdout' } } },
    )
    await gateway.give(grant)
    await gateway.until(() => gateway.of('check:sealed').length === 1)
    const [{ manifest }] = gateway.of('check:sealed')
    const near = 'loss 0.123457\n'
    gateway.artifacts.set(sha256(near), Buffer.from(near))
    gateway.show(
      openingFor(
        grant,
        {
          exitCode: 0,
          artifacts: [{ kind: 'stdout', name: 'stdout', sha256: sha256(near), bytes: near.length }],
        },
        manifest,
      ),
    )
    await gateway.until(() => gateway.of('check:revealed').length === 1)
    expect(gateway.of('check:revealed')[0].reveal.message.agrees).toBe(0b11)
  })

  test('[case 72] killed between seal and reveal, its next process reveals what was sealed', async () => {
    const first = await startProcess()
    // A program whose output is another one each time: only what was kept can open the seal.
    const grant = await gateway.grantFor(
      { 'main.py': 'import os\nprint(os.urandom(16).hex())' },
      { role: 'check' },
    )
    await gateway.give(grant)
    await gateway.until(() => gateway.of('check:sealed').length === 1)
    await kill(first, 'SIGKILL')
    await startProcess()
    await gateway.until(() => gateway.of('check:sealed').length === 2)
    const [sealed, again] = gateway.of('check:sealed')
    expect(again).toEqual(sealed)
    await gateway.until(
      () => gateway.beats.at(-1)?.leases.some(({ leaseId }) => leaseId === grant.leaseId) === true,
    )
    gateway.show(openingFor(grant, sealed.manifest, sealed.manifest))
    await gateway.until(() => gateway.of('check:revealed').length === 1)
    expect(sealHash(gateway.of('check:revealed')[0].reveal.message)).toBe(sealed.seal.message.seal)
  })

  test('[case 72] killed while the program runs, its next process runs it again and reports once', async () => {
    const first = await startProcess()
    const grant = await gateway.grantFor({ 'main.py': 'import time\ntime.sleep(1.5)\nprint("done")' })
    // What came inside the grant is not kept: the next process fetches it.
    for (const { sha256: hash, data } of grant.inline) gateway.contents.set(hash, Buffer.from(data))
    await gateway.give(grant)
    await gateway.until(() => gateway.of('run:started').length === 1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await kill(first, 'SIGKILL')
    await startProcess()
    await gateway.until(() => gateway.of('run:finished').length === 1)
    expect(gateway.of('run:finished')[0].manifest.exitCode).toBe(0)
    await gateway.until(() => leftOver().length === 0)
  })

  test('[case 72] killed with a result that was not acknowledged, its next process says the very same', async () => {
    gateway.answer = (event) => (event === 'run:finished' ? null : { kind: 'ok' })
    const first = await startProcess()
    await gateway.give(await gateway.grantFor({ 'main.py': 'import os\nprint(os.urandom(16).hex())' }))
    await gateway.until(() => gateway.of('run:finished').length === 1)
    await kill(first, 'SIGKILL')
    gateway.answer = () => ({ kind: 'ok' })
    await startProcess()
    await gateway.until(() => gateway.of('run:finished').length === 2)
    const [one, other] = gateway.of('run:finished')
    expect(other).toEqual(one)
  })

  test('SIGTERM ends an idle worker at once and cleanly', async () => {
    const child = await startProcess()
    const from = Date.now()
    await kill(child, 'SIGTERM')
    expect(child.exitCode).toBe(0)
    expect(Date.now() - from).toBeLessThan(2000)
  })

  test('when the inputs cannot be had it votes that there is no data', async () => {
    await startHere({ contentPatienceMilliseconds: 300 })
    const grant = await gateway.grantFor({ 'main.py': 'print(1)' }, { role: 'check' })
    await gateway.give({ ...grant, inline: [] })
    await gateway.until(() => gateway.of('check:sealed').length === 1)
    const [{ manifest, seal }] = gateway.of('check:sealed')
    expect(manifest).toEqual({ exitCode: null, artifacts: [] })
    gateway.show(openingFor(grant, manifest, manifest))
    await gateway.until(() => gateway.of('check:revealed').length === 1)
    const [{ reveal }] = gateway.of('check:revealed')
    expect(reveal.message).toMatchObject({ outcome: RUN_OUTCOME.noData, agrees: 0 })
    expect(sealHash(reveal.message)).toBe(seal.message.seal)
  })

  test('where the program cannot be run at all the member stays silent rather than accuse the node', async () => {
    await startHere({
      steps: {
        execute: async () => {
          throw new Error('the sandbox broke')
        },
      },
    })
    await gateway.give(await gateway.grantFor({ 'main.py': 'print(1)' }, { role: 'check' }))
    await gateway.until(() => leftOver().length === 0)
    expect(gateway.said).toEqual([])
  })
})
