/** `opengpu submit`: from a file on disk to a signed order on the network, and with --wait to its result. */
import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import type { PrivateKeyAccount } from 'viem'
import * as z from 'zod'
import type { Address } from '../../lib/kernel/ids.ts'
import { parseOgpu } from '../../lib/kernel/money.ts'
import { parseComparator } from '../../lib/protocol/comparators/parse.ts'
import type { Comparator } from '../../lib/protocol/comparators/schema.ts'
import { draftOrder } from '../../lib/protocol/draftOrder.ts'
import { estimateViewSchema } from '../../lib/protocol/jobRequest.ts'
import {
  JOB_LIMITS,
  type JobSpec,
  jobSpecSchema,
  RUNTIMES,
  type RuntimeName,
} from '../../lib/protocol/jobSpec.ts'
import { FINAL_STATES } from '../../lib/protocol/jobState.ts'
import { MESSAGE_TYPES, marketDomain, type Order } from '../../lib/protocol/messages.ts'
import { type JobView, jobViewSchema, type NetworkView, networkViewSchema } from '../../lib/protocol/views.ts'
import { toWire } from '../../lib/protocol/wire.ts'
import { parse, wholeNumber } from '../args.ts'
import { NetworkClient } from '../client.ts'
import { readConfig, readCustomer } from '../config.ts'
import { EXIT, usage } from '../exit.ts'
import { type LocalFile, readLocalFile, readProgram } from '../files.ts'
import { ensureFunds } from '../money.ts'
import { jobJson, jobStatus, jobText } from '../output.ts'

export const SUBMIT_HELP = `opengpu submit FILE|DIR [options] -- ARGS
  --runtime python|node     by default from the file's ending
  --input FILE              an input file, lies beside the program (repeat for more)
  --stdin FILE              given on standard input
  --compare exact|number:T  how the committee compares results (default exact); T is a tolerance such as 1e-6
  --compare-on stdout|FILE  what it compares (default stdout); repeat for more output files
  --check always|record     check every result, or by the node's record (default always)
  --timeout S               most seconds the program may run (default 300)
  --memory MIB --disk MIB   limits of the sandbox (default 1024, 512)
  --gpu-class N             0 = CPU is enough (default)
  --max-price N             most oGPU you pay for the run; by default the network's suggestion
  --title TEXT              shown in the job list
  --wait                    wait for the result
  --json                    print one JSON object`

interface Wish {
  readonly spec: JobSpec
  readonly validation: 'always' | 'byRecord'
  readonly contents: Map<string, LocalFile>
}

const OPTIONS = {
  runtime: { type: 'string' },
  input: { type: 'string', multiple: true },
  stdin: { type: 'string' },
  compare: { type: 'string', default: 'exact' },
  'compare-on': { type: 'string', multiple: true },
  check: { type: 'string', default: 'always' },
  timeout: { type: 'string', default: '300' },
  memory: { type: 'string', default: '1024' },
  disk: { type: 'string', default: '512' },
  'gpu-class': { type: 'string', default: '0' },
  'max-price': { type: 'string' },
  title: { type: 'string' },
  wait: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

function runtimeOption(text: string | undefined): RuntimeName | undefined {
  if (text === undefined) return undefined
  const found = RUNTIMES.find((name) => name === text)
  if (found === undefined) throw usage(`--runtime is ${RUNTIMES.join(' or ')}, not "${text}".`)
  return found
}

function checkOption(text: string): Wish['validation'] {
  if (text === 'always') return 'always'
  if (text === 'record') return 'byRecord'
  throw usage(`--check is always or record, not "${text}".`)
}

function comparatorOption(compare: string, on: readonly string[]): Comparator {
  const names = on.filter((name) => name !== 'stdout')
  if (names.length > 0 && names.length !== on.length)
    throw usage('--compare-on is either stdout or output files, not both.')
  const parsed = parseComparator(compare, names.length === 0 ? { kind: 'stdout' } : { kind: 'files', names })
  if (parsed === null)
    throw usage(`--compare is exact or number:TOLERANCE (such as number:1e-6), not "${compare}".`)
  return parsed
}

function readWish(argv: string[]): { wish: Wish; maxPrice: bigint | null; wait: boolean; json: boolean } {
  const at = argv.indexOf('--')
  const { values, positionals } = parse({
    args: at < 0 ? argv : argv.slice(0, at),
    options: OPTIONS,
    allowPositionals: true,
    strict: true,
  })
  const path = positionals[0]
  if (path === undefined || positionals.length !== 1)
    throw usage(`Name one file or folder.\n\n${SUBMIT_HELP}`)
  const program = readProgram(path, runtimeOption(values.runtime))
  const inputs = (values.input ?? []).map((file) => readLocalFile(file, basename(file).normalize('NFC')))
  const stdin = values.stdin === undefined ? null : readLocalFile(values.stdin, 'stdin')
  const files = [...program.files, ...inputs]
  const spec = jobSpecSchema.safeParse({
    version: 1,
    title: values.title ?? basename(path),
    runtime: program.runtime,
    entry: program.entry,
    files: files.map((file) => ({ path: file.path, sha256: file.sha256, bytes: file.data.length })),
    args: at < 0 ? [] : argv.slice(at + 1),
    stdin: stdin === null ? null : { sha256: stdin.sha256, bytes: stdin.data.length },
    comparator: comparatorOption(values.compare, values['compare-on'] ?? ['stdout']),
    resources: {
      gpuClass: wholeNumber('--gpu-class', values['gpu-class'], 0, 5),
      memoryMiB: wholeNumber(
        '--memory',
        values.memory,
        JOB_LIMITS.memoryMiB.least,
        JOB_LIMITS.memoryMiB.most,
      ),
      diskMiB: wholeNumber('--disk', values.disk, JOB_LIMITS.diskMiB.least, JOB_LIMITS.diskMiB.most),
      processes: 64,
      timeoutSeconds: wholeNumber(
        '--timeout',
        values.timeout,
        JOB_LIMITS.timeoutSeconds.least,
        JOB_LIMITS.timeoutSeconds.most,
      ),
    },
  })
  if (!spec.success) throw usage(z.prettifyError(spec.error))
  const contents = new Map([...files, ...(stdin === null ? [] : [stdin])].map((file) => [file.sha256, file]))
  const maxPrice = values['max-price'] === undefined ? null : parseOgpu(values['max-price'])
  if (values['max-price'] !== undefined && (maxPrice === null || maxPrice === 0n)) {
    throw usage(`--max-price is an amount of oGPU above 0 such as 0.5, not "${values['max-price']}".`)
  }
  const validation = checkOption(values.check)
  return { wish: { spec: spec.data, validation, contents }, maxPrice, wait: values.wait, json: values.json }
}

function signOrder(account: PrivateKeyAccount, network: NetworkView, order: Order) {
  return account.signTypedData({
    domain: marketDomain(network.chainId, network.addresses.taskMarket as Address),
    types: MESSAGE_TYPES,
    primaryType: 'Order',
    message: order,
  })
}

/** Sends the order and its contents; returns the job's id. Safe to repeat: the same order is the same job. */
async function send(client: NetworkClient, wish: Wish, order: Order, signature: string): Promise<string> {
  const form = new FormData()
  form.set('job', JSON.stringify({ spec: wish.spec, order: toWire(order), signature }))
  for (const file of wish.contents.values()) form.append('content', new Blob([file.data]), file.sha256)
  const response = await client.request('POST', '/api/v1/jobs', form, true)
  return z.object({ id: z.string() }).parse(await response.json()).id
}

/** Reads the job until it can move no more without somebody acting. */
export async function waitForEnd(client: NetworkClient, id: string): Promise<JobView> {
  for (;;) {
    const job = await client.json(jobViewSchema, 'GET', `/api/v1/jobs/${id}`)
    const settledButPending = job.state === 'settled' && !job.released
    if ((FINAL_STATES.has(job.state) && !settledButPending) || job.state === 'held') return job
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

export async function submit(argv: string[]): Promise<number> {
  const { wish, maxPrice, wait, json } = readWish(argv)
  const config = readConfig()
  const account = readCustomer(config)
  const client = new NetworkClient(config.url)
  const network = await client.json(networkViewSchema, 'GET', '/api/v1/network')
  await client.signIn(account, network.chainId)
  const estimate = await client.json(estimateViewSchema, 'POST', '/api/v1/estimate', { spec: wish.spec })
  const order = draftOrder({
    customer: account.address.toLowerCase() as Address,
    auctioneer: network.auctioneer as Address,
    spec: wish.spec,
    validation: wish.validation,
    maxPrice: maxPrice ?? BigInt(estimate.suggestedMaxPrice),
    members: network.parameters.members,
    chainNow: network.chainNow,
    nonce: BigInt(`0x${randomBytes(32).toString('hex')}`),
  })
  // Locks grow with the maximum price; the network refuses an order that escrow does not cover, so ask for enough.
  const suggested = BigInt(estimate.suggestedMaxPrice)
  const total = BigInt(estimate.locks.total)
  await ensureFunds(
    client,
    network,
    account,
    order.maxPrice > suggested && suggested > 0n ? (total * order.maxPrice) / suggested + 1n : total,
  )
  const id = await send(client, wish, order, await signOrder(account, network, order))
  // Waiting may be given up at any moment; the job goes on and is found again by its id.
  if (wait && !json) console.error(`sent as ${id}; waiting for its end`)
  const job = wait
    ? await waitForEnd(client, id)
    : await client.json(jobViewSchema, 'GET', `/api/v1/jobs/${id}`)
  console.log(json ? JSON.stringify(jobJson(job)) : jobText(job))
  if (!json && wait && job.stdout !== null && job.stdout !== '') console.log(`\n${job.stdout.trimEnd()}`)
  return wait ? jobStatus(job) : job.state === 'rejected' ? EXIT.jobFailed : EXIT.settled
}
