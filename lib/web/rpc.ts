/** Forwards plain wallet calls to the chain. Methods that steer the chain (anvil_, evm_, unlocked accounts) are not on the list. */
import { numberToHex } from 'viem'
import * as z from 'zod'
import type { Chain } from '../chain/client.ts'
import type { RpcError } from '../chain/socket.ts'
import { AppError, messageOf } from '../kernel/errors.ts'

const METHODS = new Set([
  'eth_blockNumber',
  'eth_call',
  'eth_chainId',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getCode',
  'eth_getLogs',
  'eth_getStorageAt',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_maxPriorityFeePerGas',
  'eth_sendRawTransaction',
  'net_version',
  'web3_clientVersion',
])

/**
 * What makes the chain node compute. It runs such a call to its end, as long as the gas given lasts, and a stranger can
 * give all there is: so the gas is ours, the state is the chain's (no overrides), and few run at a time.
 */
const COMPUTES = new Set(['eth_call', 'eth_estimateGas'])
/** Many times what the dearest of our own calls needs. */
const MOST_GAS = 15_000_000n
const COMPUTING_AT_ONCE = 2
const MOST_WAITING = 200

const callSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string().max(100), z.number(), z.null()]),
  method: z.string().max(60),
  params: z.array(z.unknown()).max(10).optional(),
})
const bodySchema = z.union([callSchema, z.array(callSchema).min(1).max(20)])

type Answer = { jsonrpc: '2.0'; id: string | number | null } & (
  | { result: unknown }
  | { error: { code: number; message: string; data?: unknown } }
)

/** One call or a batch, answered like a node would; errors of the chain keep their code and data (revert reasons). */
export async function forwardRpc(chain: Chain, body: unknown): Promise<Answer | Answer[]> {
  const parsed = bodySchema.safeParse(body)
  if (!parsed.success)
    return { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'Invalid Request' } }
  const one = async (call: z.infer<typeof callSchema>): Promise<Answer> => {
    if (!METHODS.has(call.method))
      return {
        jsonrpc: '2.0',
        id: call.id,
        error: { code: -32601, message: `Method ${call.method} is not offered here` },
      }
    try {
      const result = COMPUTES.has(call.method)
        ? await compute(chain, call.method, call.params ?? [])
        : await chain.request(call.method, call.params ?? [])
      return { jsonrpc: '2.0', id: call.id, result }
    } catch (error) {
      return { jsonrpc: '2.0', id: call.id, error: rpcError(error) }
    }
  }
  return Array.isArray(parsed.data) ? Promise.all(parsed.data.map(one)) : one(parsed.data)
}

let computing = 0
const waiting: (() => void)[] = []

async function compute(chain: Chain, method: string, params: readonly unknown[]): Promise<unknown> {
  const bounded = boundedCall(params)
  if (computing >= COMPUTING_AT_ONCE) {
    if (waiting.length >= MOST_WAITING)
      throw new AppError('busy', 'Too many calls at once. Try again in a moment.', { status: 503 })
    // Whoever leaves hands his place on, so the count stays.
    await new Promise<void>((resolve) => waiting.push(resolve))
  } else computing++
  try {
    return await chain.request(method, bounded)
  } finally {
    const next = waiting.shift()
    if (next === undefined) computing--
    else next()
  }
}

/** The call with at most our gas, and the block it is asked of; nothing else is passed on. */
function boundedCall(params: readonly unknown[]): unknown[] {
  const [raw, block = 'latest', ...more] = params
  const call = z.record(z.string(), z.unknown()).safeParse(raw)
  if (!call.success || more.length > 0)
    throw new AppError('invalid-call', 'A call is one object and a block, without changes of the state.')
  const asked = call.data.gas
  const gas = typeof asked === 'string' && /^0x[0-9a-fA-F]{1,16}$/.test(asked) ? BigInt(asked) : MOST_GAS
  return [{ ...call.data, gas: numberToHex(gas < MOST_GAS ? gas : MOST_GAS) }, block]
}

/** The chain client lives in the server's own copy of its module, so its errors are known by name, not by class. */
function rpcError(error: unknown): { code: number; message: string; data?: unknown } {
  if (error instanceof Error && error.name === 'RpcError') {
    const { code, message, data } = error as RpcError
    return { code, message, ...(data === undefined ? {} : { data }) }
  }
  return { code: -32603, message: messageOf(error) }
}
