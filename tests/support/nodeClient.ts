/** A node's side of the gateway, as small as a test needs it: a key, a socket, and what it was sent. */
import { io, type Socket } from 'socket.io-client'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { type Address, lower } from '#lib/kernel/ids.ts'
import {
  type Announcement,
  authenticatedSchema,
  type Challenge,
  challengeSchema,
  challengeText,
  GATEWAY_EVENTS,
  WORKER_EVENTS,
} from '#lib/protocol/workerEvents.ts'

export const ANNOUNCEMENT: Announcement = {
  protocol: 1,
  name: 'test node',
  version: '1',
  gpuClass: 0,
  ask: '1',
  devices: [{ kind: 'cpu', name: 'cpu', memoryBytes: 2 ** 33, cores: 2, driver: null }],
  runtimes: [{ name: 'node', version: '20.20.2', modules: [] }],
  tools: [],
  sandbox: { kind: 'bubblewrap', version: '0.8', cgroups: false, seccomp: true },
  slots: 2,
  draining: false,
}

export interface NodeKey {
  readonly account: PrivateKeyAccount
  readonly address: Address
}

export function newNodeKey(): NodeKey {
  const account = privateKeyToAccount(generatePrivateKey())
  return { account, address: lower(account.address) }
}

/** Opens a socket to the nodes' namespace and waits for the challenge. */
export async function openSocket(url: string): Promise<{ socket: Socket; challenge: Challenge }> {
  const socket = io(`${url}/worker`, { transports: ['websocket'], forceNew: true, reconnection: false })
  const challenge = await new Promise<unknown>((resolve, reject) => {
    socket.once(GATEWAY_EVENTS.challenge, resolve)
    socket.once('connect_error', reject)
    socket.once('disconnect', (reason) => reject(new Error(`disconnected: ${reason}`)))
  })
  return { socket, challenge: challengeSchema.parse(challenge) }
}

/** Answers a challenge; `signature` overrides the right one. */
export async function authenticate(
  { socket, challenge }: { socket: Socket; challenge: Challenge },
  key: NodeKey,
  signature?: `0x${string}`,
) {
  const message = {
    node: key.address,
    signature:
      signature ?? (await key.account.signMessage({ message: challengeText(challenge, key.address) })),
    announcement: ANNOUNCEMENT,
  }
  return authenticatedSchema.parse(
    await socket.timeout(5_000).emitWithAck(WORKER_EVENTS.authenticate, message),
  )
}

/** A connected and admitted node. Throws when it is refused. */
export async function connectNode(url: string, key: NodeKey): Promise<Socket> {
  const opened = await openSocket(url)
  const answer = await authenticate(opened, key)
  if (answer.kind === 'refused') {
    opened.socket.disconnect()
    throw new Error(`${answer.code}: ${answer.reason}`)
  }
  return opened.socket
}

/** Waits until a condition holds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  milliseconds = 10_000,
): Promise<void> {
  for (const end = Date.now() + milliseconds; !(await condition()); ) {
    if (Date.now() > end) throw new Error(`waited ${milliseconds} ms in vain for: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
