/** Contracts, funds and nodes of the local network, through a plain client. Every step looks first, so a second start sends nothing. */
import { existsSync } from 'node:fs'
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  erc20Abi,
  http,
  numberToHex,
  type PublicClient,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { registerNode } from '#cli/provider/register.ts'
import { CODE_HASH, deployContracts, verifyDeployment } from '#lib/chain/deploy.ts'
import { closeJournal, fileJournal } from '#lib/chain/deployJournal.ts'
import type { Deployment } from '#lib/chain/deployment.ts'
import {
  deploymentFile,
  publishedDeploymentFile,
  readDeploymentFile,
  writeDeploymentFile,
} from '#lib/chain/deploymentFile.ts'
import { escrowAbi, nodeRegistryAbi } from '#lib/chain/generated/abis.ts'
import {
  LOCAL_EPOCH_SECONDS,
  LOCAL_GOVERNANCE,
  LOCAL_LIQUIDITY,
  LOCAL_MARKET_PARAMETERS,
  LOCAL_MINIMUM_BOND,
  LOCAL_ROUNDS,
  LOCAL_STREAMS,
  LOCAL_UNBOND_SECONDS,
} from '#lib/chain/parameters.ts'
import { PUBLISHED_MNEMONIC } from '#lib/config/publishedKeys.ts'
import { EMBEDDED_CHAIN_ID } from '#lib/kernel/embeddedChain.ts'
import { AppError, messageOf } from '#lib/kernel/errors.ts'
import { type Address, lower } from '#lib/kernel/ids.ts'
import { WEI_PER_OGPU } from '#lib/kernel/money.ts'
import { rpc } from '#lib/process/embedded/rpc.ts'
import { ROOT } from './build.ts'
import { keyAt, keyFile, nodeFolder } from './home.ts'
import { StepFailed } from './progress.ts'

/** What each local node puts up and asks for. */
const NODE_BOND = 10_000n * WEI_PER_OGPU
export const NODE_ASK = WEI_PER_OGPU / 10_000n
const CUSTOMER_OGPU = 50_000n * WEI_PER_OGPU
const CUSTOMER_ESCROW = 20_000n * WEI_PER_OGPU
const GAS_MONEY = 1_000n * 10n ** 18n

/** The first account of the development mnemonic: deploys, and holds the token for the faucet. Embedded chain alone. */
const bank = mnemonicToAccount(PUBLISHED_MNEMONIC)

export function httpUrl(rpcUrl: string): string {
  return rpcUrl.replace(/^ws/, 'http')
}

function clients(rpcUrl: string, chainId: number) {
  const url = httpUrl(rpcUrl)
  const chain = defineChain({
    id: chainId,
    name: 'OpenGPU',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  })
  const read = createPublicClient({ chain, transport: http(url), pollingInterval: 20, cacheTime: 0 })
  return { read, chain, url }
}

/** The generation that the code of this program makes; a data folder of another one cannot go on. */
export function isOtherGeneration(home: string): boolean {
  const known = readDeploymentFile(deploymentFile(home))
  return known !== null && known.chainId === EMBEDDED_CHAIN_ID && known.codeHash !== CODE_HASH
}

/**
 * The deployment of this data folder, verified against the chain. On the embedded chain id it is made when there is none
 * or when the chain lost it (a kill in its first second); on any other chain it is the published one of this checkout.
 */
export async function ensureDeployment(
  home: string,
  rpcUrl: string,
  chainId: number,
): Promise<{ deployment: Deployment; made: boolean }> {
  const { read } = clients(rpcUrl, chainId)
  const file = deploymentFile(home)
  const known = readDeploymentFile(file)
  const published = chainId === EMBEDDED_CHAIN_ID ? null : publishedDeploymentFile(ROOT, chainId)
  const deployment = known ?? (published === null ? null : readDeploymentFile(published))
  if (deployment !== null) {
    try {
      await verifyDeployment(read as PublicClient, deployment)
      if (known === null) writeDeploymentFile(file, deployment)
      return { deployment, made: false }
    } catch (error) {
      const isLost =
        error instanceof AppError &&
        (error.code === 'deployment.missing' || error.code === 'deployment.otherChain')
      if (chainId !== EMBEDDED_CHAIN_ID || !isLost)
        throw new StepFailed(
          `${messageOf(error)}.\nContracts that are in use are never replaced by a start: use the program version they were made by, correct RPC_URL, or begin anew with an empty chain and another OPENGPU_HOME than ${home}.`,
        )
    }
  } else if (published !== null) {
    throw new StepFailed(
      `There is no deployment on chain ${chainId} in ${file} or ${published}, and a start deploys contracts on chain ${EMBEDDED_CHAIN_ID} alone. Copy the file of the network you mean there, or deploy one with \`npm run deploy\`.`,
    )
  }
  const made = await deployLocally(home, rpcUrl, chainId)
  writeDeploymentFile(file, made)
  return { deployment: made, made: true }
}

/** A start that was cut off while it deployed is gone on with; one of another program or of a chain that is gone is begun anew. */
async function deployLocally(home: string, rpcUrl: string, chainId: number): Promise<Deployment> {
  const { read, chain } = clients(rpcUrl, chainId)
  const file = `${deploymentFile(home)}.steps`
  const deploy = () =>
    deployContracts({
      walletClient: createWalletClient({ account: bank, chain, transport: http(httpUrl(rpcUrl)) }),
      publicClient: read as PublicClient,
      parameters: {
        market: LOCAL_MARKET_PARAMETERS,
        minimumBond: LOCAL_MINIMUM_BOND,
        unbondSeconds: LOCAL_UNBOND_SECONDS,
        rounds: LOCAL_ROUNDS,
        treasury: keyAt(keyFile(home, 'treasury')).address,
        tokenHolder: bank.address,
        liquidity: LOCAL_LIQUIDITY,
        epochSeconds: LOCAL_EPOCH_SECONDS,
        governance: LOCAL_GOVERNANCE,
        streams: LOCAL_STREAMS,
      },
      journal: fileJournal(file),
    })
  const isBegun = existsSync(file)
  const deployment = await deploy().catch((error: unknown) => {
    if (!isBegun || !(error instanceof AppError)) throw error
    closeJournal(file)
    return deploy()
  })
  closeJournal(file)
  return deployment
}

/** Gives gas and oGPU to relayer, auctioneer and test customer, and puts part of the customer's money into escrow. */
export async function fundAccounts(home: string, rpcUrl: string, deployment: Deployment): Promise<void> {
  const { read, url, chain } = clients(rpcUrl, deployment.chainId)
  const customer = keyAt(keyFile(home, 'customer'))
  for (const name of ['relayer', 'auctioneer', 'customer'] as const)
    await giveGas(read as PublicClient, url, keyAt(keyFile(home, name)).address)
  const { ogpu, escrow } = deployment.addresses
  if (
    (await read.readContract({
      address: escrow,
      abi: escrowAbi,
      functionName: 'balanceOf',
      args: [customer.address],
    })) > 0n
  )
    return
  if (
    (await read.readContract({
      address: escrow,
      abi: escrowAbi,
      functionName: 'lockedOf',
      args: [customer.address],
    })) > 0n
  )
    return
  await giveTokens(rpcUrl, deployment, customer.address, CUSTOMER_OGPU)
  const wallet = createWalletClient({ account: customer, chain, transport: http(url) })
  const approved = await wallet.writeContract({
    address: ogpu,
    abi: erc20Abi,
    functionName: 'approve',
    args: [escrow, CUSTOMER_ESCROW],
  })
  await read.waitForTransactionReceipt({ hash: approved })
  const deposited = await wallet.writeContract({
    address: escrow,
    abi: escrowAbi,
    functionName: 'deposit',
    args: [CUSTOMER_ESCROW],
  })
  const receipt = await read.waitForTransactionReceipt({ hash: deposited })
  if (receipt.status !== 'success') throw new Error('the escrow refused the test customer\u2019s deposit')
}

/** Registers local node `index` with an owner of its own and a bond. Returns whether anything was sent. */
export async function ensureNode(
  home: string,
  rpcUrl: string,
  deployment: Deployment,
  index: number,
): Promise<boolean> {
  const { read, url } = clients(rpcUrl, deployment.chainId)
  const owner = keyAt(`${nodeFolder(home, index)}/owner.key`)
  const node = keyAt(`${nodeFolder(home, index)}/node.key`)
  const known = await read.readContract({
    address: deployment.addresses.nodeRegistry,
    abi: nodeRegistryAbi,
    functionName: 'ownerOf',
    args: [node.address],
  })
  if (lower(known) === lower(owner.address)) return false
  await giveGas(read as PublicClient, url, owner.address)
  await giveTokens(rpcUrl, deployment, owner.address, NODE_BOND)
  return registerNode({
    rpcUrl: url,
    chainId: deployment.chainId,
    token: deployment.addresses.ogpu,
    registry: deployment.addresses.nodeRegistry,
    owner,
    node,
    gpuClass: 0,
    ask: NODE_ASK,
    bond: NODE_BOND,
  })
}

async function giveGas(read: PublicClient, url: string, to: Address): Promise<void> {
  if ((await read.getBalance({ address: to })) >= GAS_MONEY / 2n) return
  await rpc(url, 'anvil_setBalance', [to, numberToHex(GAS_MONEY)])
}

/** Tops `to` up to `amount`. */
async function giveTokens(
  rpcUrl: string,
  deployment: Deployment,
  to: Address,
  amount: bigint,
): Promise<void> {
  const { read, url, chain } = clients(rpcUrl, deployment.chainId)
  const token = { address: deployment.addresses.ogpu, abi: erc20Abi } as const
  const has = await read.readContract({ ...token, functionName: 'balanceOf', args: [to] })
  if (has >= amount) return
  const wallet = createWalletClient({ account: bank, chain, transport: http(url) })
  const hash = await wallet.writeContract({ ...token, functionName: 'transfer', args: [to, amount - has] })
  await read.waitForTransactionReceipt({ hash })
}
