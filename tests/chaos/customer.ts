/** A customer on the public API: orders are signed here and sent until the network has taken or refused them. */
import { createHash } from 'node:crypto'
import * as z from 'zod'
import { NetworkClient } from '#cli/client.ts'
import { CliError } from '#cli/exit.ts'
import { messageOf } from '#lib/kernel/errors.ts'
import { type Hex, lower } from '#lib/kernel/ids.ts'
import type { Comparator } from '#lib/protocol/comparators/schema.ts'
import { draftOrder } from '#lib/protocol/draftOrder.ts'
import { type JobSpec, jobSpecSchema } from '#lib/protocol/jobSpec.ts'
import { MESSAGE_TYPES, marketDomain, type Order, orderId } from '#lib/protocol/messages.ts'
import {
  type JobSummary,
  jobSummarySchema,
  type NetworkView,
  networkViewSchema,
} from '#lib/protocol/views.ts'
import { toWire } from '#lib/protocol/wire.ts'
import { keyAt, keyFile } from '../../scripts/start/home.ts'
import type { Lab } from './lab.ts'
import { pause } from './lab.ts'
import type { Program } from './programs.ts'

export interface Terms {
  readonly timeoutSeconds: number
  /** Wei. */
  readonly maxPrice: bigint
  readonly softSeconds?: number
  readonly hardSeconds?: number
  readonly comparator?: Comparator
}

export interface Placed {
  readonly jobId: string
  readonly orderId: Hex
  readonly order: Order
  readonly title: string
}

/** Refusals that pass by themselves while parts of the network are being restarted; `http` is one whose words were cut off. */
const PASSING = new Set([
  'http',
  'no-class',
  'no-runtime',
  'missing-module',
  'too-few-owners',
  'too-many-requests',
  'chain-down',
])
const listSchema = z.object({ jobs: z.array(jobSummarySchema), next: z.string().nullable() })

export class Customer {
  readonly account
  /** Orders sent again because an answer did not come. */
  repeats = 0
  readonly #url: string
  #client: NetworkClient
  #isSignedIn = false
  #contentSent = new Set<string>()
  #nonce: bigint

  constructor(lab: Lab, nonce: bigint) {
    this.account = keyAt(keyFile(lab.home, 'customer'))
    this.#url = lab.network.url
    this.#client = new NetworkClient(this.#url)
    this.#nonce = nonce
  }

  network(): Promise<NetworkView> {
    return this.#insist(() => this.#client.json(networkViewSchema, 'GET', '/api/v1/network'), 180_000)
  }

  /** Signs an order for the program and sends it until it is taken: the same order again is the same job. */
  async place(program: Program, terms: Terms, network?: NetworkView): Promise<Placed> {
    const signed = await this.sign(program, terms, network ?? (await this.network()))
    return { ...(await this.send(signed)), order: signed.order, title: program.title }
  }

  async sign(program: Program, terms: Terms, network: NetworkView) {
    const data = new TextEncoder().encode(program.source)
    const spec = specOf(program, data, terms)
    const order = draftOrder({
      customer: lower(this.account.address),
      auctioneer: lower(network.auctioneer as Hex),
      spec,
      maxPrice: terms.maxPrice,
      members: network.parameters.members,
      chainNow: network.chainNow,
      nonce: this.#nonce++,
      ...(terms.softSeconds === undefined ? {} : { softSeconds: terms.softSeconds }),
      ...(terms.hardSeconds === undefined ? {} : { hardSeconds: terms.hardSeconds }),
    })
    const domain = marketDomain(network.chainId, network.addresses.taskMarket as Hex)
    const signature = await this.account.signTypedData({
      domain,
      types: MESSAGE_TYPES,
      primaryType: 'Order',
      message: order,
    })
    return { spec, order, signature, data, orderId: lower(orderId(domain, order)) }
  }

  async send(signed: Awaited<ReturnType<Customer['sign']>>): Promise<{ jobId: string; orderId: Hex }> {
    const sha256 = signed.spec.files[0]?.sha256 as string
    let tries = 0
    const jobId = await this.#insist(async () => {
      if (tries++ > 0) this.repeats++
      const form = new FormData()
      form.set(
        'job',
        JSON.stringify({ spec: signed.spec, order: toWire(signed.order), signature: signed.signature }),
      )
      // A content that was taken before need not be sent again; after a lost answer it is, to be certain.
      if (!this.#contentSent.has(sha256) || tries > 1) {
        form.append('content', new Blob([new Uint8Array(signed.data)]), sha256)
      }
      const response = await this.#client.request('POST', '/api/v1/jobs', form, false)
      const made = z.object({ id: z.string(), state: z.string() }).parse(await response.json())
      if (made.state === 'rejected' || made.state === 'held') throw new Refused(`vetting: ${made.state}`)
      this.#contentSent.add(sha256)
      return made.id
    }, 300_000)
    return { jobId, orderId: signed.orderId }
  }

  /** The newest jobs of the customer, one page of them. */
  recent(): Promise<JobSummary[]> {
    return this.#read(1)
  }

  /** All jobs of the customer as the API tells of them. */
  jobs(): Promise<JobSummary[]> {
    return this.#read(Number.POSITIVE_INFINITY)
  }

  async #read(pages: number): Promise<JobSummary[]> {
    return this.#insist(async () => {
      if (!this.#isSignedIn) {
        const { chainId } = await this.#client.json(networkViewSchema, 'GET', '/api/v1/network')
        await this.#client.signIn(this.account, chainId)
        this.#isSignedIn = true
      }
      const found: JobSummary[] = []
      for (let cursor: string | null = '', page = 0; cursor !== null && page < pages; page++) {
        const answer: z.infer<typeof listSchema> = await this.#client.json(
          listSchema,
          'GET',
          `/api/v1/jobs?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`,
        )
        found.push(...answer.jobs)
        cursor = answer.next
      }
      return found
    }, 180_000)
  }

  /** Tries until it succeeds. A refusal that will not pass is thrown at once, as is the last trouble when time is up. */
  async #insist<T>(what: () => Promise<T>, milliseconds: number): Promise<T> {
    const until = performance.now() + milliseconds
    for (;;) {
      try {
        return await what()
      } catch (error) {
        if (error instanceof Refused || isFinal(error) || performance.now() > until) {
          throw new Error(`the network refused: ${messageOf(error)}`, { cause: error })
        }
        await pause(500)
      }
    }
  }
}

class Refused extends Error {}

/** 4xx answers are about the request itself; of the rest we cannot know whether it was taken. */
function isFinal(error: unknown): boolean {
  if (error instanceof z.ZodError) return true
  return error instanceof CliError && error.status === 2 && !PASSING.has(error.code)
}

function specOf(program: Program, data: Uint8Array, terms: Terms): JobSpec {
  const entry = program.runtime === 'node' ? 'main.mjs' : 'main.py'
  const sha256 = createHash('sha256').update(data).digest('hex')
  return jobSpecSchema.parse({
    version: 1,
    title: program.title,
    runtime: program.runtime,
    entry,
    files: [{ path: entry, sha256, bytes: data.length }],
    args: [...program.args],
    stdin: null,
    comparator: terms.comparator ?? { method: 'exact', on: { kind: 'stdout' } },
    resources: {
      gpuClass: 0,
      memoryMiB: 256,
      diskMiB: 64,
      processes: 32,
      timeoutSeconds: terms.timeoutSeconds,
    },
  })
}
