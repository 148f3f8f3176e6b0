/** Forwards plain wallet calls to the chain. Methods that steer the chain (anvil_, evm_, unlocked accounts) are not on the list. */
import * as z from 'zod'
import type { Chain } from '../chain/client.ts'
import type { RpcError } from '../chain/socket.ts'
import { messageOf } from '../kernel/errors.ts'

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

const callSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string().max(100), z.number(), z.null()]),
  method: z.string().max(60),
  params: z.array(z.unknown()).max(10).optional(),
})
const bodySchema = z.union([callSchema, z.array(callSchema).min(1).max(100)])

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
      return { jsonrpc: '2.0', id: call.id, result: await chain.request(call.method, call.params ?? []) }
    } catch (error) {
      return { jsonrpc: '2.0', id: call.id, error: rpcError(error) }
    }
  }
  return Array.isArray(parsed.data) ? Promise.all(parsed.data.map(one)) : one(parsed.data)
}

/** The chain client lives in the server's own copy of its module, so its errors are known by name, not by class. */
function rpcError(error: unknown): { code: number; message: string; data?: unknown } {
  if (error instanceof Error && error.name === 'RpcError') {
    const { code, message, data } = error as RpcError
    return { code, message, ...(data === undefined ? {} : { data }) }
  }
  return { code: -32603, message: messageOf(error) }
}
