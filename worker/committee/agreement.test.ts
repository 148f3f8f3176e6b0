import { describe, expect, test } from 'vitest'
import type { Address, Hex } from '#lib/kernel/ids.ts'
import type { Comparator } from '#lib/protocol/comparators/schema.ts'
import { type JobSpec, type Manifest, manifestHash } from '#lib/protocol/jobSpec.ts'
import { RUN_OUTCOME } from '#lib/protocol/messages.ts'
import { manifestOutputHash } from '#lib/protocol/runOutput.ts'
import { sha256 } from '../session/gateway.testing.ts'
import type { Execution } from '../session/leaseStore.ts'
import { agreementBits } from './agreement.ts'

const EXACT: Comparator = { method: 'exact', on: { kind: 'stdout' } }
const NUMBER: Comparator = { method: 'number', tolerance: 1e-3, on: { kind: 'stdout' } }
const address = (digit: number): Address => `0x${String(digit).repeat(40)}`
const SELF = address(1)
const ZERO: Hex = `0x${'00'.repeat(32)}`

const specWith = (comparator: Comparator): JobSpec => ({
  version: 1,
  title: '',
  runtime: 'python',
  entry: 'main.py',
  files: [{ path: 'main.py', sha256: sha256(''), bytes: 0 }],
  args: [],
  stdin: null,
  comparator,
  resources: { gpuClass: 0, memoryMiB: 64, diskMiB: 16, processes: 1, timeoutSeconds: 1 },
})

const store = new Map<string, Buffer>()
const complaints: unknown[] = []
function printed(text: string, exitCode: number | null = 0): Manifest {
  store.set(sha256(text), Buffer.from(text))
  return {
    exitCode,
    artifacts: [{ kind: 'stdout', name: 'stdout', sha256: sha256(text), bytes: text.length }],
  }
}
const execution = (manifest: Manifest, outcome: Execution['outcome'] = 'success'): Execution => ({
  outcome,
  manifest,
  detail: '',
  truncated: false,
  secondsUsed: 1,
})

interface Scene {
  comparator?: Comparator
  own: Execution
  node: Manifest
  nodeOutcome?: number
  opened?: { outputHash?: Hex; manifestHash?: Hex }
  seats?: (Manifest | null)[]
  lost?: string[]
}

function bits(scene: Scene): Promise<number> {
  const comparator = scene.comparator ?? EXACT
  return agreementBits({
    spec: specWith(comparator),
    own: scene.own,
    self: SELF,
    opening: {
      leaseId: 'lea_1',
      fence: 1,
      node: {
        manifest: scene.node,
        opening: {
          outcome: scene.nodeOutcome ?? RUN_OUTCOME.success,
          outputHash: scene.opened?.outputHash ?? manifestOutputHash(comparator, scene.node),
          manifestHash: scene.opened?.manifestHash ?? manifestHash(scene.node),
          secondsUsed: 1,
          salt: ZERO,
        },
      },
      seats: (scene.seats ?? []).map((manifest, seat) => ({ seat, member: address(seat + 1), manifest })),
    },
    read: async (hash) => {
      const bytes = store.get(hash)
      if (bytes === undefined || scene.lost?.includes(hash)) throw new Error('gone')
      return bytes
    },
    logger: { warn: (about: unknown) => void complaints.push(about) },
  })
}

describe('whom a member agrees with', () => {
  test('bit 0 is the node, bit i the seat i - 1, its own included', async () => {
    const own = execution(printed('1.0\n'))
    expect(
      await bits({ own, node: printed('1.0\n'), seats: [own.manifest, printed('2.0\n'), printed('1.0\n')] }),
    ).toBe(0b1011)
    expect(await bits({ own, node: printed('3.0\n'), seats: [own.manifest, printed('2.0\n'), null] })).toBe(
      0b0010,
    )
  })

  test('under a tolerance near numbers agree and far ones do not', async () => {
    const own = execution(printed('loss 1.0000\n'))
    const scene = {
      comparator: NUMBER,
      own,
      seats: [own.manifest, printed('loss 1.0001\n'), printed('loss 1.1\n')],
    }
    expect(await bits({ ...scene, node: printed('loss 0.9999\n') })).toBe(0b0111)
    expect(await bits({ ...scene, comparator: EXACT, node: printed('loss 0.9999\n') })).toBe(0b0010)
  })

  test('a manifest that is not the one the node opened agrees with nothing', async () => {
    const own = execution(printed('same\n'))
    expect(await bits({ own, node: printed('same\n'), opened: { outputHash: ZERO } })).toBe(0)
    expect(await bits({ own, node: printed('same\n'), opened: { manifestHash: ZERO } })).toBe(0)
  })

  test('a run that failed, of the member or of another, agrees with no success', async () => {
    expect(
      await bits({
        own: execution(printed('x', 1), 'failure'),
        node: printed('x', 1),
        seats: [printed('x', 1)],
      }),
    ).toBe(0)
    const own = execution(printed('x'))
    expect(await bits({ own, node: printed('x'), nodeOutcome: RUN_OUTCOME.failure })).toBe(0)
    expect(await bits({ own, node: printed('y'), seats: [own.manifest, printed('x', 1)] })).toBe(0b0010)
  })

  test('an output that cannot be read agrees only by its hash', async () => {
    const own = execution(printed('1.0\n'))
    const near = printed('1.00001\n')
    expect(await bits({ comparator: NUMBER, own, node: near })).toBe(1)
    complaints.length = 0
    expect(await bits({ comparator: NUMBER, own, node: near, lost: [sha256('1.00001\n')] })).toBe(0)
    expect(complaints).toEqual([{ name: 'stdout', error: 'gone' }])
    expect(await bits({ comparator: NUMBER, own, node: printed('1.0\n'), lost: [sha256('1.0\n')] })).toBe(1)
  })

  test('declared files are compared, and one that was not written differs', async () => {
    const comparator: Comparator = { method: 'exact', on: { kind: 'files', names: ['a', 'b'] } }
    const files = (...names: string[]): Manifest => ({
      exitCode: 0,
      artifacts: names.map((name) => ({ kind: 'file', name, sha256: sha256(name), bytes: 1 })),
    })
    const own = execution(files('a', 'b', 'other'))
    expect(await bits({ comparator, own, node: files('b', 'a') })).toBe(1)
    expect(await bits({ comparator, own, node: files('a') })).toBe(0)
    expect(
      await bits({ comparator: { ...comparator, method: 'number', tolerance: 0.1 }, own, node: files('a') }),
    ).toBe(0)
  })
})
