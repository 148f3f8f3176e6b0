import { numberToHex, zeroHash } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Address, type Hex, lower } from '#lib/kernel/ids.ts'
import {
  type Attestation,
  attestationDigest,
  challengeOf,
  coSignature,
  registryDomain,
} from '#lib/protocol/attestation.ts'
import { contractsOf } from './contracts.ts'
import { account, send, startWorld, type World } from './testing/world.ts'

const CLASS = 1
const CARRIER = account(9)

let world: World
let attestation: Attestation

const registry = () => contractsOf(world.deployment).nodeRegistry
const domain = () => registryDomain(world.deployment.chainId, world.deployment.addresses.nodeRegistry)
const carry = (call: Pick<Parameters<typeof send>[2], 'functionName' | 'args'>) =>
  send(world.chain, CARRIER, { ...registry(), ...call, chain: null, account: CARRIER })

beforeAll(async () => {
  world = await startWorld({ nodes: 6 })
  await carry({ functionName: 'announceRound', args: [CLASS] })
  await world.chain.request('anvil_mine', [numberToHex(3)])
  await carry({ functionName: 'fixRound', args: [CLASS] })
  const round = await world.chain.publicClient.readContract({
    ...registry(),
    functionName: 'roundOf',
    args: [CLASS],
  })
  const node = lower((world.nodes[0] as { address: Address }).address)
  attestation = {
    node,
    gpuClass: CLASS,
    round: round.id,
    power: 15_000n,
    vramMiB: 24_564,
    challenge: challengeOf(round.seed, node),
    answer: `0x${'ab'.repeat(32)}`,
  }
})
afterAll(() => world?.stop())

describe('an attestation in TypeScript and in Solidity', () => {
  it('has the same digest and the same challenge', async () => {
    const { publicClient } = world.chain
    expect(
      await publicClient.readContract({
        ...registry(),
        functionName: 'attestationDigest',
        args: [attestation],
      }),
    ).toBe(attestationDigest(domain(), attestation))
    expect(
      await publicClient.readContract({
        ...registry(),
        functionName: 'challengeOf',
        args: [attestation.node],
      }),
    ).toBe(attestation.challenge)
    for (const change of [
      { round: 9 },
      { power: 1n },
      { vramMiB: 1 },
      { gpuClass: 2 },
      { answer: zeroHash },
      { challenge: zeroHash },
    ])
      expect(attestationDigest(domain(), { ...attestation, ...change })).not.toBe(
        attestationDigest(domain(), attestation),
      )
  })

  it('is taken with the signatures of drawn attestors, once [case 49]', async () => {
    const { publicClient } = world.chain
    const drawn = await publicClient.readContract({
      ...registry(),
      functionName: 'attestorsOf',
      args: [attestation.node],
    })
    expect(drawn).toHaveLength(5)
    const digest = attestationDigest(domain(), attestation)
    const signatures: Hex[] = []
    for (const attestor of drawn) {
      const key = world.nodes.find(({ address }) => lower(address) === lower(attestor))
      if (!key?.sign) throw new Error('a node that nobody registered was drawn')
      signatures.push(coSignature(lower(attestor), await key.sign({ hash: digest })))
    }
    await expect(
      carry({ functionName: 'attest', args: [attestation, signatures.slice(0, 3)] }),
    ).rejects.toThrow('NotEnoughAttestors')
    await carry({ functionName: 'attest', args: [attestation, signatures] })
    const [owner, level] = await publicClient.readContract({
      ...registry(),
      functionName: 'standingOf',
      args: [attestation.node],
    })
    expect(lower(owner)).toBe(lower(account(4).address))
    expect(level).toBe(4)
    const power = await publicClient.readContract({
      ...registry(),
      functionName: 'powerOf',
      args: [attestation.node],
    })
    expect(power).toBe(15_000n)
    await expect(carry({ functionName: 'attest', args: [attestation, signatures] })).rejects.toThrow(
      'AlreadyAttested',
    )
  })
})
