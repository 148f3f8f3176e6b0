/** Puts a node into the registry: the owner's wallet pays the bond, the node's own key agrees to the owner. */
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  type PrivateKeyAccount,
  parseAbi,
  zeroAddress,
} from 'viem'
import type { Address } from '../../lib/kernel/ids.ts'

const TOKEN = parseAbi(['function approve(address spender, uint256 amount) returns (bool)'])
const REGISTRY = parseAbi([
  'function ownerOf(address node) view returns (address)',
  'function register(address node, uint16 gpuClass, uint128 ask, uint256 bondAmount, bytes nodeSignature)',
])

export interface Registration {
  readonly rpcUrl: string
  readonly chainId: number
  readonly token: Address
  readonly registry: Address
  readonly owner: PrivateKeyAccount
  readonly node: PrivateKeyAccount
  /** 0 = CPU, 1..5 = GPU classes by memory. */
  readonly gpuClass: number
  /** Wei of oGPU a second. */
  readonly ask: bigint
  /** Wei of oGPU; it is slashable and leaves only after the unbonding delay. */
  readonly bond: bigint
}

/** Registers the node unless it is registered to this owner already. Throws when it belongs to somebody else. Returns whether it sent anything. */
export async function registerNode(registration: Registration): Promise<boolean> {
  const { owner, node, registry, token } = registration
  const chain = defineChain({
    id: registration.chainId,
    name: 'OpenGPU',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [registration.rpcUrl] } },
  })
  const reader = createPublicClient({ chain, transport: http(registration.rpcUrl), pollingInterval: 200 })
  const known = await reader.readContract({
    address: registry,
    abi: REGISTRY,
    functionName: 'ownerOf',
    args: [node.address],
  })
  if (known.toLowerCase() === owner.address.toLowerCase()) return false
  if (known !== zeroAddress) throw new Error(`node ${node.address} is registered to another owner, ${known}`)
  const wallet = createWalletClient({ account: owner, chain, transport: http(registration.rpcUrl) })
  const agreed = await node.signTypedData({
    domain: {
      name: 'OpenGPU NodeRegistry',
      version: '1',
      chainId: registration.chainId,
      verifyingContract: registry,
    },
    types: {
      Registration: [
        { name: 'owner', type: 'address' },
        { name: 'node', type: 'address' },
      ],
    },
    primaryType: 'Registration',
    message: { owner: owner.address, node: node.address },
  })
  const approved = await wallet.writeContract({
    address: token,
    abi: TOKEN,
    functionName: 'approve',
    args: [registry, registration.bond],
  })
  await reader.waitForTransactionReceipt({ hash: approved })
  const sent = await wallet.writeContract({
    address: registry,
    abi: REGISTRY,
    functionName: 'register',
    args: [node.address, registration.gpuClass, registration.ask, registration.bond, agreed],
  })
  const receipt = await reader.waitForTransactionReceipt({ hash: sent })
  if (receipt.status !== 'success') throw new Error(`the registry refused the registration (${sent})`)
  return true
}
