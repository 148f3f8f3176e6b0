/**
 * What a node's benchmark gave in a challenge round, as its attestors co-sign it (EIP-712, in the NodeRegistry's domain).
 * Anybody may carry it to `NodeRegistry.attest`. contracts/src/registry/Attestations.sol hashes the same string; a test compares
 * the two.
 */
import type { TypedDataDomain } from 'viem'
import { concat, encodeAbiParameters, hashTypedData, keccak256 } from 'viem/utils'
import type { Address, Hex } from '../kernel/ids.ts'

export const ATTESTATION_TYPES = {
  Attestation: [
    { name: 'node', type: 'address' },
    { name: 'gpuClass', type: 'uint16' },
    { name: 'round', type: 'uint32' },
    { name: 'power', type: 'uint64' },
    { name: 'vramMiB', type: 'uint32' },
    { name: 'challenge', type: 'bytes32' },
    { name: 'answer', type: 'bytes32' },
  ],
} as const

export interface Attestation {
  node: Address
  gpuClass: number
  /** The class's open round. */
  round: number
  /** Whole GFLOP a second of the matrix product, 1 to 100,000,000. */
  power: bigint
  /** MiB of device memory. */
  vramMiB: number
  /** `challengeOf(seed, node)`. */
  challenge: Hex
  /** Hash of the bytes that answered the challenge. */
  answer: Hex
}

/** The EIP-712 domain of a NodeRegistry. */
export function registryDomain(chainId: number, nodeRegistry: Address): TypedDataDomain {
  return { name: 'OpenGPU NodeRegistry', version: '1', chainId, verifyingContract: nodeRegistry }
}

/** The digest that attestors sign, with a key's `sign({ hash })` or as typed data. */
export function attestationDigest(domain: TypedDataDomain, attestation: Attestation): Hex {
  return hashTypedData({ domain, types: ATTESTATION_TYPES, primaryType: 'Attestation', message: attestation })
}

/** What `node` must answer in a round of that seed: `keccak256(abi.encode(seed, node))`. */
export function challengeOf(seed: Hex, node: Address): Hex {
  return keccak256(encodeAbiParameters([{ type: 'bytes32' }, { type: 'address' }], [seed, node]))
}

/** One item of `attest`'s signatures: the attestor's node address, and behind it its signature. */
export function coSignature(attestor: Address, signature: Hex): Hex {
  return concat([attestor, signature])
}
