/** `opengpu node start`: makes keys, registers the node if it is new, and runs the worker in this terminal. */
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants, hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import * as z from 'zod'
import type { Address, Hex } from '../../lib/kernel/ids.ts'
import { formatOgpu, ogpu, parseOgpu } from '../../lib/kernel/money.ts'
import { networkViewSchema } from '../../lib/protocol/views.ts'
import { parse, wholeNumber } from '../args.ts'
import { NetworkClient } from '../client.ts'
import { readConfig } from '../config.ts'
import { CliError, EXIT, usage } from '../exit.ts'
import { balancesSchema } from '../money.ts'
import { registerNode } from '../provider/register.ts'

export const NODE_HELP = `opengpu node start [options]   offer this machine to the network
  --home DIR      folder of the node: keys and work (default ./opengpu-node)
  --name TEXT     how the node is called on the site (default: this machine's name)
  --ask N         oGPU a second you ask (default 0.0001)
  --bond N        oGPU put up as bond when the node is new (default 1000)
  --gpu-class N   0 = CPU, 1..5 = GPU classes by memory (default 0)
  --slots N       jobs side by side (default 1)
Stop with Ctrl-C: what runs is finished first.`

/** The key in a file, made with mode 0600 when there is none. */
function keyFile(folder: string, name: string): PrivateKeyAccount {
  const file = join(folder, name)
  if (!existsSync(file)) {
    writeFileSync(file, `${generatePrivateKey()}\n`, { mode: 0o600, flag: 'wx' })
    chmodSync(file, 0o600)
  }
  const key = readFileSync(file, 'utf8').trim()
  if (!/^0x[0-9a-fA-F]{64}$/.test(key))
    throw new CliError(EXIT.usage, `${file} does not hold a private key.`, 'no-key')
  return privateKeyToAccount(key as Hex)
}

function amountOption(option: string, text: string): bigint {
  const amount = parseOgpu(text)
  if (amount === null || amount === 0n)
    throw usage(`${option} is an amount of oGPU above 0 such as 0.5, not "${text}".`)
  return amount
}

export async function node(argv: string[]): Promise<number> {
  const { values, positionals } = parse({
    args: argv,
    options: {
      home: { type: 'string', default: 'opengpu-node' },
      name: { type: 'string', default: hostname() },
      ask: { type: 'string', default: '0.0001' },
      bond: { type: 'string', default: '1000' },
      'gpu-class': { type: 'string', default: '0' },
      slots: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  if (values.help) {
    console.log(NODE_HELP)
    return EXIT.settled
  }
  if (positionals.length !== 1 || positionals[0] !== 'start')
    throw usage(`opengpu node knows "start".\n\n${NODE_HELP}`)
  const ask = amountOption('--ask', values.ask)
  const bond = amountOption('--bond', values.bond)
  const gpuClass = wholeNumber('--gpu-class', values['gpu-class'], 0, 5)
  const slots = wholeNumber('--slots', values.slots, 1, 64)
  const config = readConfig()
  const home = resolve(values.home)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const owner = keyFile(home, 'owner.key')
  const nodeKey = keyFile(home, 'node.key')
  const client = new NetworkClient(config.url)
  const network = await client.json(networkViewSchema, 'GET', '/api/v1/network')
  console.log(`node  ${nodeKey.address}\nowner ${owner.address}`)
  await client.signIn(owner, network.chainId)
  let balances = await client.json(balancesSchema, 'GET', '/api/v1/account')
  const { nodes: own } = await client.json(
    z.object({ nodes: z.array(z.object({ node: z.string() })) }),
    'GET',
    `/api/v1/nodes?owner=${owner.address.toLowerCase()}`,
  )
  const isNew = !own.some((known) => known.node === nodeKey.address.toLowerCase())
  if (isNew) {
    if (network.embedded && (balances.wallet < bond || balances.eth === 0n)) {
      await client.request('POST', '/api/v1/faucet', { address: owner.address })
      balances = await client.json(balancesSchema, 'GET', '/api/v1/account')
    }
    if (balances.wallet < bond || balances.eth === 0n) {
      throw new CliError(
        EXIT.usage,
        `The owner wallet ${owner.address} needs ${formatOgpu(ogpu(bond))} oGPU for the bond and some ETH for gas; it has ${formatOgpu(balances.wallet)} oGPU. Send it there and start again.`,
        'balance-too-low',
      )
    }
    console.log(`registering with a bond of ${formatOgpu(bond)} oGPU`)
    await registerNode({
      rpcUrl: network.rpcUrl,
      chainId: network.chainId,
      token: network.addresses.ogpu as Address,
      registry: network.addresses.nodeRegistry as Address,
      owner,
      node: nodeKey,
      gpuClass,
      ask,
      bond,
    })
  }
  const worker = fileURLToPath(new URL('../../worker/main.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', worker], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: 'inherit',
    env: {
      ...process.env,
      OPENGPU_URL: config.url,
      OPENGPU_NODE_KEY_FILE: join(home, 'node.key'),
      OPENGPU_NODE_HOME: join(home, 'work'),
      OPENGPU_NODE_NAME: values.name,
      OPENGPU_NODE_ASK: ask.toString(),
      OPENGPU_NODE_GPU_CLASS: String(gpuClass),
      OPENGPU_NODE_SLOTS: String(slots),
    },
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((done) =>
    child.on('exit', (code, signal) => done(code ?? 128 + (signal ? constants.signals[signal] : 1))),
  )
}
