import type { WalletActions } from '#components/wallet/walletActions.ts'
import { draftOrder } from '#lib/protocol/draftOrder.ts'
import { MESSAGE_TYPES, marketDomain } from '#lib/protocol/messages.ts'
import { type NetworkView, networkViewSchema } from '#lib/protocol/views.ts'
import { toWire } from '#lib/protocol/wire.ts'
import type { BuiltJob } from './buildJob.ts'

/** 256 random bits, so that two orders never share a nonce. */
function randomNonce(): bigint {
  return crypto
    .getRandomValues(new Uint8Array(32))
    .reduce((number, byte) => (number << 8n) | BigInt(byte), 0n)
}

export interface Sent {
  readonly id: string
  readonly state: string
}

/** What a request was refused with, in the server's own words. */
export class RefusedError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.name = 'RefusedError'
    this.code = code
  }
}

async function networkNow(): Promise<NetworkView> {
  const response = await fetch('/api/v1/network', { cache: 'no-store' })
  if (!response.ok) throw new RefusedError('network', String(response.status))
  return networkViewSchema.parse(await response.json())
}

/** Signs the order for a job and hands order and contents in. The order's clock is the chain's at this moment. */
export async function signAndSend(
  wallet: WalletActions,
  job: BuiltJob,
  terms: { maxPrice: bigint; members: number },
  onSigned: () => void,
): Promise<Sent> {
  const customer = wallet.address()
  if (customer === null) throw new RefusedError('no-wallet', '')
  const network = await networkNow()
  const order = draftOrder({
    customer: customer.toLowerCase() as `0x${string}`,
    auctioneer: network.auctioneer as `0x${string}`,
    spec: job.spec,
    maxPrice: terms.maxPrice,
    members: terms.members,
    chainNow: network.chainNow,
    nonce: randomNonce(),
  })
  const signature = await wallet.signTyped({
    domain: marketDomain(network.chainId, network.addresses.taskMarket as `0x${string}`),
    types: { Order: MESSAGE_TYPES.Order },
    primaryType: 'Order',
    message: { ...order },
  })
  onSigned()
  const form = new FormData()
  form.set('job', JSON.stringify({ spec: job.spec, order: toWire(order), signature }))
  for (const data of job.contents.values())
    form.append('content', new Blob([data as Uint8Array<ArrayBuffer>]))
  const response = await fetch('/api/v1/jobs', { method: 'POST', body: form })
  const body = (await response.json().catch(() => ({}))) as {
    id?: string
    state?: string
    detail?: string
    title?: string
    code?: string
    type?: string
  }
  if (!response.ok || body.id === undefined)
    throw new RefusedError(
      body.code ?? String(response.status),
      body.detail ?? body.title ?? String(response.status),
    )
  return { id: body.id, state: body.state ?? '' }
}
