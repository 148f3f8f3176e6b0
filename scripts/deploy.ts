/**
 * `npm run deploy -- --rpc URL --settings FILE [--out FILE] [--json]`: brings the contracts onto a chain and
 * writes `contracts/deployments/<chainId>.json`. The key of the deployer is read from DEPLOYER_KEY or the file DEPLOYER_KEY_FILE
 * names. Cut off anywhere it goes on when called again; when all is there it verifies and changes nothing.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { parseArgs } from 'node:util'
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  formatEther,
  http,
  type PublicClient,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import * as z from 'zod'
import { deployContracts, verifyDeployment } from '#lib/chain/deploy.ts'
import { closeJournal, fileJournal } from '#lib/chain/deployJournal.ts'
import {
  publishedDeploymentFile,
  readDeploymentFile,
  writeDeploymentFile,
} from '#lib/chain/deploymentFile.ts'
import { deployParametersOf } from '#lib/chain/deploySettings.ts'
import { messageOf } from '#lib/kernel/errors.ts'
import type { Hex } from '#lib/kernel/ids.ts'
import { ROOT } from './start/build.ts'

/** Ends with a sentence that says what to do. */
function refuse(text: string): never {
  console.error(text)
  process.exit(1)
}

function deployerKey(): Hex {
  const file = process.env.DEPLOYER_KEY_FILE
  const key = (file ? readFileSync(file, 'utf8') : (process.env.DEPLOYER_KEY ?? '')).trim()
  // The key itself is never printed.
  if (!/^0x[0-9a-fA-F]{64}$/.test(key))
    refuse('Set DEPLOYER_KEY, or DEPLOYER_KEY_FILE to a file with it: 0x and 64 hex digits.')
  return key as Hex
}

const { values } = parseArgs({
  options: {
    rpc: { type: 'string' },
    settings: { type: 'string' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
if (values.rpc === undefined || values.settings === undefined)
  refuse('usage: npm run deploy -- --rpc http://HOST:PORT --settings FILE.json [--out FILE] [--json]')

const url = values.rpc
const probe = createPublicClient({ transport: http(url, { retryCount: 1 }) })
const chainId = await probe
  .getChainId()
  .catch((error: unknown) => refuse(`No chain answers there: ${messageOf(error).split('\n')[0]}`))
const chain = defineChain({
  id: chainId,
  name: `chain ${chainId}`,
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  rpcUrls: { default: { http: [url] } },
})
const read = createPublicClient({ chain, transport: http(url), cacheTime: 0 }) as PublicClient
const file = values.out ?? publishedDeploymentFile(ROOT, chainId)
const steps = `${file}.steps`

const known = readDeploymentFile(file)
if (known !== null) {
  await verifyDeployment(read, known).catch((error: unknown) =>
    refuse(`${messageOf(error)}.\nMove ${relative(ROOT, file)} away to deploy anew.`),
  )
  report(false)
}

const settings: unknown = (() => {
  try {
    return JSON.parse(readFileSync(values.settings, 'utf8'))
  } catch (error) {
    return refuse(`${values.settings}: ${messageOf(error)}`)
  }
})()
const parameters = (() => {
  try {
    return deployParametersOf(settings, chainId)
  } catch (error) {
    return refuse(
      error instanceof z.ZodError ? `${values.settings}:\n${z.prettifyError(error)}` : messageOf(error),
    )
  }
})()
const account = privateKeyToAccount(deployerKey())
const before = await read.getBalance({ address: account.address })
mkdirSync(dirname(file), { recursive: true })
const deployment = await deployContracts({
  walletClient: createWalletClient({ account, chain, transport: http(url) }),
  publicClient: read,
  parameters,
  journal: fileJournal(steps),
}).catch((error: unknown) =>
  refuse(`${messageOf(error)}\nCalled again with the same settings and key it goes on where it stopped.`),
)
writeDeploymentFile(file, deployment)
closeJournal(steps)
const spent = before - (await read.getBalance({ address: account.address }))
if (!values.json) console.log(`spent ${formatEther(spent)} ETH, liquidity included`)
report(true)

function report(made: boolean): never {
  const deployed = readDeploymentFile(file)
  if (values.json)
    console.log(JSON.stringify({ made, file: relative(ROOT, file), chainId, ...deployed?.addresses }))
  else {
    console.log(`${made ? 'deployed' : 'deployed before, nothing sent'}: ${relative(ROOT, file)}`)
    for (const [name, address] of Object.entries(deployed?.addresses ?? {}))
      console.log(`  ${name}  ${address}`)
  }
  process.exit(0)
}
