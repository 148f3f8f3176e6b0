/** The exchange beside the token: Uniswap V2 from its published packages, and the first liquidity. */
import { concat, encodeAbiParameters, parseAbi, zeroAddress } from 'viem'
import { type Address, lower } from '../kernel/ids.ts'
import type { Sender } from './deploySender.ts'
import { ogpuAbi } from './generated/abis.ts'
import { exchangeCreation } from './generated/exchange.ts'
import type { DeployParameters, ExchangeAddresses } from './parameters.ts'

const routerAbi = parseAbi([
  'function addLiquidityETH(address token, uint256 amount, uint256 least, uint256 leastEth, address to, uint256 deadline) payable returns (uint256, uint256, uint256)',
])

/** The least amounts are the whole ones, so no later moment could be worse; and a step must be the same when it is repeated. */
const NO_DEADLINE = 2n ** 64n

/** The exchange that the parameters name, or a new one. */
export async function deployExchange(
  sender: Sender,
  parameters: DeployParameters,
): Promise<ExchangeAddresses> {
  const known = parameters.exchange
  if (known) return { factory: lower(known.factory), router: lower(known.router), weth: lower(known.weth) }
  const args = (...list: Address[]) =>
    encodeAbiParameters(
      list.map(() => ({ type: 'address' })),
      list,
    )
  const factory = await sender.create(
    'UniswapV2Factory',
    concat([exchangeCreation.factory, args(zeroAddress)]),
  )
  const weth = await sender.create('WETH9', exchangeCreation.weth)
  const router = await sender.create(
    'UniswapV2Router02',
    concat([exchangeCreation.router, args(factory, weth)]),
  )
  return { factory, router, weth }
}

/**
 * Gives the pair its first liquidity, which only the token's owner can do while trading is closed, and opens trading.
 * The liquidity's shares are the timelock's. Without `parameters.liquidity` neither happens. Returns the pair's address, which
 * follows from the factory whether the pair exists or not.
 */
export async function openMarket(
  { read, call }: Sender,
  ogpu: Address,
  exchange: ExchangeAddresses,
  timelock: Address,
  parameters: DeployParameters,
): Promise<Address> {
  const token = { address: ogpu, abi: ogpuAbi } as const
  const { liquidity } = parameters
  if (liquidity) {
    await call('OGPU.approve', {
      ...token,
      functionName: 'approve',
      args: [exchange.router, liquidity.ogpu],
    })
    await call('addLiquidityETH', {
      address: exchange.router,
      abi: routerAbi,
      functionName: 'addLiquidityETH',
      args: [ogpu, liquidity.ogpu, liquidity.ogpu, liquidity.eth, timelock, NO_DEADLINE],
      value: liquidity.eth,
    })
    await call('OGPU.openTrading', { ...token, functionName: 'openTrading' })
  }
  return lower(await read.readContract({ ...token, functionName: 'pairFor', args: [exchange.weth] }))
}
