/**
 * What the chain says, with proof. Nothing a node answers moves the cursor unless it fits together: headers are linked by
 * parent hash, logs are asked for by block hash, and the header's own filter must equal the filter of the logs received.
 * A node that forgets, cuts, repeats or mixes up logs is found out and asked again; it cannot make us skip one.
 *
 * Logs are never asked for by a range of numbers: ranges are what nodes limit, and a range names no block.
 */
import type { Hex } from '../../kernel/ids.ts'
import { type Chain, type Header, parseHeader } from '../client.ts'
import { bloomOf, mayContain } from '../rules/bloom.ts'
import type { Addresses } from '../rules/contracts.ts'
import { type ChainEvent, INDEXED, parseEvent } from '../rules/events.ts'

/** The node's answers contradict each other or cannot be read. Asking again later is right; believing them is not. */
export class UnprovenError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UnprovenError'
  }
}

/** A block of our chain with everything our contracts said in it, in order. */
export interface ProvenBlock {
  readonly header: Header
  readonly events: readonly ChainEvent[]
}

const PARALLEL = 48
const METHOD_NOT_FOUND = -32601

/** The newest block that the node knows. */
export async function latestHeader(chain: Chain): Promise<Header> {
  const block = await chain.request('eth_getBlockByNumber', ['latest', false])
  if (!block) throw new UnprovenError('the chain node knows no newest block')
  return parseHeader(block)
}

/** The block at a height; null when the node's chain does not reach it. */
export async function headerAt(chain: Chain, number: number): Promise<Header | null> {
  const block = await chain.request('eth_getBlockByNumber', [`0x${number.toString(16)}`, false])
  if (!block) return null
  const header = parseHeader(block)
  if (header.number !== number)
    throw new UnprovenError(`asked for block ${number}, got block ${header.number}`)
  return header
}

/**
 * Blocks `from` to `to` of one chain. The first one's parent must be `parent` where that is given.
 * Throws UnprovenError when they are not linked (also while the chain is being reorganised under us).
 */
export async function linkedHeaders(
  chain: Chain,
  from: number,
  to: number,
  parent: Hex | null,
): Promise<Header[]> {
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index)
  const headers = await inParallel(numbers, async (number) => {
    const header = await headerAt(chain, number)
    if (!header)
      throw new UnprovenError(`the chain node has no block ${number} although it announced block ${to}`)
    return header
  })
  let expected = parent
  for (const header of headers) {
    if (expected !== null && header.parentHash !== expected)
      throw new UnprovenError(`block ${header.number} does not follow the block before it`)
    expected = header.hash
  }
  return headers
}

/** Adds the events of our contracts to headers. Blocks whose filter rules our contracts out are not asked for. */
export async function withEvents(
  chain: Chain,
  deployment: { readonly id: string; readonly addresses: Addresses },
  headers: readonly Header[],
): Promise<ProvenBlock[]> {
  const ours = INDEXED.map((name) => deployment.addresses[name])
  return inParallel(headers, async (header) => ({
    header,
    events: mayContain(header.logsBloom, ours) ? await eventsOf(chain, deployment, header) : [],
  }))
}

interface Log {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
  readonly logIndex: number
  readonly transactionHash: Hex
}

async function eventsOf(
  chain: Chain,
  deployment: { readonly id: string; readonly addresses: Addresses },
  header: Header,
): Promise<ChainEvent[]> {
  const [answer, total] = await Promise.all([
    chain.request('eth_getLogs', [{ blockHash: header.hash }]),
    countLogs(chain, header),
  ])
  if (!Array.isArray(answer)) throw new UnprovenError('the chain node sent logs that are not a list')
  const byIndex = new Map<number, Log>()
  for (const value of answer) {
    const log = readLog(value, header)
    byIndex.set(log.logIndex, log)
  }
  const logs = [...byIndex.values()].sort((a, b) => a.logIndex - b.logIndex)
  // The filter does not show that a repeat of another log is missing: the numbering shows it in the middle, the count at the end.
  const whole =
    logs.every((log, index) => log.logIndex === index) && (total === null || total === logs.length)
  if (!whole || bloomOf(logs) !== header.logsBloom)
    throw new UnprovenError(`the chain node did not send all logs of block ${header.number}`)
  return logs.flatMap((log) => {
    const event = parseEvent(deployment.addresses, log, {
      deploymentId: deployment.id,
      blockHash: header.hash,
      blockNumber: header.number,
      blockTime: header.timestamp,
      logIndex: log.logIndex,
      transactionHash: log.transactionHash,
    })
    return event ? [event] : []
  })
}

/** How many logs the receipts of a block hold; null when the node does not give receipts by block. */
async function countLogs(chain: Chain, header: Header): Promise<number | null> {
  try {
    const receipts = await chain.request('eth_getBlockReceipts', [header.hash])
    if (!Array.isArray(receipts))
      throw new UnprovenError(`the chain node has no receipts of block ${header.number}`)
    return receipts.reduce(
      (sum: number, receipt: { logs?: readonly unknown[] }) => sum + (receipt.logs?.length ?? 0),
      0,
    )
  } catch (error) {
    if (error instanceof Error && (error as { code?: unknown }).code === METHOD_NOT_FOUND) return null
    throw error
  }
}

function readLog(value: unknown, header: Header): Log {
  const raw = value as Record<string, unknown> | null
  const hex = (field: unknown): Hex => {
    if (typeof field !== 'string' || !/^0x[0-9a-fA-F]*$/.test(field))
      throw new UnprovenError('the chain node sent a broken log')
    return field.toLowerCase() as Hex
  }
  if (hex(raw?.blockHash) !== header.hash)
    throw new UnprovenError(`a log of another block came for block ${header.number}`)
  if (!Array.isArray(raw?.topics)) throw new UnprovenError('the chain node sent a broken log')
  return {
    address: hex(raw.address),
    topics: raw.topics.map(hex),
    data: hex(raw.data),
    logIndex: Number(hex(raw.logIndex)),
    transactionHash: hex(raw.transactionHash),
  }
}

/** Like Promise.all over a map, with at most PARALLEL at once. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const lane = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as T)
  }
  await Promise.all(Array.from({ length: Math.min(PARALLEL, items.length) }, lane))
  return results
}
