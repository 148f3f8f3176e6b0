/** The whole lane of one job checked by three members, beside a stream that is created and withdrawn from. */
import { encodeFunctionData, type Hex, keccak256, maxUint256, parseEther, toHex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { LOCAL_MARKET_PARAMETERS, LOCAL_MINIMUM_BOND, LOCAL_UNBOND_SECONDS } from '#lib/chain/parameters.ts'
import { lower } from '#lib/kernel/ids.ts'
import {
  MESSAGE_TYPES,
  marketDomain,
  type Order,
  orderId,
  RUN_OUTCOME,
  resultCommitment,
  sealHash,
} from '#lib/protocol/messages.ts'
import type { Row } from '../rows.ts'
import { type Contract, type Meter, measured } from './meter.ts'

const TYPES: Readonly<Record<string, readonly { readonly name: string; readonly type: string }[]>> =
  MESSAGE_TYPES
const NODES = 6
const GPU_CLASS = 7
const accountOf = (i: number): PrivateKeyAccount =>
  privateKeyToAccount(toHex(0xa11ce00n + BigInt(i), { size: 32 }))
const [CUSTOMER, AUCTIONEER] = [accountOf(0), accountOf(1)]
const nodeOf = (i: number): PrivateKeyAccount => accountOf(10 + i)
const ownerOf = (i: number): PrivateKeyAccount => accountOf(30 + i)
const word = (text: string): Hex => keccak256(toHex(text))

export function marketGas(say: (line: string) => void): Promise<Row[]> {
  return measured('market', say, async (meter) => {
    const market = await openMarket(meter)
    await lane(meter, market, 1n)
    const steps = await lane(meter, market, 2n)
    for (const { id, what, gas } of steps) meter.add(id, `${what}; the second job of the same people`, gas)
    const { create, withdraw } = await lockup(meter)
    meter.add(
      'lane',
      `the whole lane of one checked job: the ${steps.length} transactions above`,
      steps.reduce((sum, { gas }) => sum + gas, 0),
      { peer: 'Sablier Lockup, create and withdraw', value: create + withdraw },
    )
  })
}

interface Step {
  readonly id: string
  readonly what: string
  readonly gas: number
}

/** Six nodes of six owners and a customer with money in the escrow; all keys carried by the deployer. */
async function openMarket({ lab, deploy, gas }: Meter): Promise<Contract> {
  const token: Contract = { address: lab.tokenAddress, abi: lab.token.abi }
  const { owner } = lab
  const registry = await deploy(
    'NodeRegistry',
    'NodeRegistry',
    token.address,
    LOCAL_MINIMUM_BOND,
    LOCAL_UNBOND_SECONDS,
    owner,
    owner,
  )
  const escrow = await deploy('Escrow', 'Escrow', token.address, owner, owner)
  const market = await deploy(
    'TaskMarket',
    'TaskMarket',
    registry.address,
    escrow.address,
    owner,
    LOCAL_MARKET_PARAMETERS,
    owner,
    owner,
  )
  await gas(owner, registry, 'setMarket', market.address, escrow.address)
  await gas(owner, escrow, 'setMarket', market.address)
  for (const holder of [registry, escrow]) {
    await gas(owner, token, 'exempt', holder.address, true)
    await gas(owner, token, 'approve', holder.address, maxUint256)
  }
  for (let i = 0; i < NODES; i++) {
    const [node, person] = [nodeOf(i), ownerOf(i).address]
    await lab.ask('anvil_setBalance', [person, '0x56bc75e2d63100000'])
    await gas(owner, token, 'transfer', person, parseEther('1000'))
    await gas(person, token, 'approve', registry.address, maxUint256)
    const digest = (await lab.readFrom(registry, 'registrationDigest', [person, node.address])) as Hex
    const signature = await node.sign({ hash: digest })
    await gas(person, registry, 'register', node.address, GPU_CLASS, 1n, parseEther('1000'), signature)
    await gas(owner, escrow, 'depositFor', person, 1n)
  }
  await gas(owner, escrow, 'depositFor', CUSTOMER.address, parseEther('1000'))
  return market
}

/** One job of 6 oGPU from its order to its settlement, correct and unanimous. */
async function lane({ lab, gas }: Meter, market: Contract, nonce: bigint): Promise<Step[]> {
  const { owner } = lab
  const domain = marketDomain(31_337, lower(market.address))
  const sign = (
    by: PrivateKeyAccount,
    primaryType: keyof typeof MESSAGE_TYPES,
    message: object,
  ): Promise<Hex> => by.signTypedData({ domain, types: TYPES, primaryType, message: { ...message } })
  const steps: Step[] = []
  const step = async (id: string, what: string, name: string, ...args: readonly unknown[]): Promise<void> => {
    steps.push({ id, what, gas: await gas(owner, market, name, ...args) })
  }
  const now = BigInt(await lab.now())
  const node = nodeOf(0)
  const order: Order = {
    customer: lower(CUSTOMER.address),
    auctioneer: lower(AUCTIONEER.address),
    specHash: word('spec'),
    maxPrice: parseEther('10'),
    gpuClass: GPU_CLASS,
    validation: 1,
    comparison: 0,
    members: 3,
    timeout: 60,
    softSeconds: 120,
    hardSeconds: 240,
    floorBps: 5_000,
    submitBy: now + 3_600n,
    nonce,
  }
  const id = orderId(domain, order)
  const price = parseEther('6')
  const bid = {
    order: id,
    attempt: 1,
    node: node.address,
    price,
    rate: price / 120n,
    validUntil: now + 86_400n,
  }
  await step(
    'award',
    'submit and award',
    'submitAndAward',
    order,
    await sign(CUSTOMER, 'Order', order),
    bid,
    await sign(node, 'Bid', bid),
    await sign(AUCTIONEER, 'Bid', bid),
  )
  const attempt = { order: id, attempt: 1, node: lower(node.address) }
  const opening = {
    outcome: RUN_OUTCOME.success,
    outputHash: word('output'),
    manifestHash: word('manifest'),
    secondsUsed: 50,
    salt: word('salt'),
  }
  const result = { ...attempt, commitment: resultCommitment(attempt, opening) }
  const calls = [
    { functionName: 'start', args: [attempt, await sign(node, 'Start', attempt)] },
    { functionName: 'submitResult', args: [result, await sign(node, 'Result', result)] },
  ] as const
  if (market.abi.some((item) => item.type === 'function' && item.name === 'multicall')) {
    const data = calls.map((call) => encodeFunctionData({ abi: market.abi, ...call }))
    await step('result', 'start and result', 'multicall', data)
  } else {
    for (const { functionName, args } of calls)
      await step(functionName, functionName === 'start' ? 'start' : 'result', functionName, ...args)
  }
  await lab.ask('anvil_mine', ['0x2'])
  await step('draw', 'draw of three of five', 'draw', order)
  const seats = (await lab.readFrom(market, 'seatsOf', [id])) as { member: Hex }[]
  const members = seats.map(({ member }) => {
    const found = Array.from({ length: NODES }, (_, i) => nodeOf(i)).find(
      ({ address }) => lower(address) === lower(member),
    )
    if (found === undefined) throw new Error(`${member} is no node`)
    return found
  })
  const reveals = members.map((member) => ({
    order: id,
    attempt: 1,
    member: lower(member.address),
    outcome: RUN_OUTCOME.success,
    outputHash: opening.outputHash,
    secondsUsed: 40,
    salt: word(`salt of ${member.address}`),
    agrees: 0,
  }))
  const seals = reveals.map((reveal) => ({
    order: id,
    attempt: 1,
    member: reveal.member,
    seal: sealHash(reveal),
  }))
  const signed = (type: 'Seal' | 'Reveal', messages: readonly object[]): Promise<Hex[]> =>
    Promise.all(members.map((member, i) => sign(member, type, messages[i] ?? {})))
  await step('seal', 'three seals', 'seal', seals, await signed('Seal', seals))
  await step(
    'reveal',
    'opening, three reveals and settlement',
    'reveal',
    order,
    opening,
    reveals,
    await signed('Reveal', reveals),
  )
  return steps
}

/** Sablier's linear stream in the same token, the second of its sender; withdrawn whole at its end by its receiver. */
async function lockup({ lab, deployPackaged, gas }: Meter): Promise<{ create: number; withdraw: number }> {
  const { owner } = lab
  const token: Contract = { address: lab.tokenAddress, abi: lab.token.abi }
  const artifacts = '@sablier/v2-core/artifacts'
  const descriptor = await deployPackaged(`${artifacts}/SablierV2NFTDescriptor.json`)
  const lockup = await deployPackaged(`${artifacts}/SablierV2LockupLinear.json`, owner, descriptor.address)
  const [sender, receiver] = [ownerOf(0).address, ownerOf(1).address]
  await gas(owner, token, 'transfer', sender, parseEther('100'))
  await gas(owner, token, 'transfer', receiver, parseEther('1'))
  await gas(sender, token, 'approve', lockup.address, maxUint256)
  const nobody: Hex = '0x0000000000000000000000000000000000000000'
  const stream = {
    sender,
    recipient: receiver,
    totalAmount: parseEther('6'),
    asset: token.address,
    cancelable: true,
    transferable: false,
    durations: { cliff: 0, total: 120 },
    broker: { account: nobody, fee: 0n },
  }
  await gas(sender, lockup, 'createWithDurations', stream)
  const create = await gas(sender, lockup, 'createWithDurations', stream)
  await lab.at((await lab.now()) + 240)
  const withdraw = await gas(receiver, lockup, 'withdraw', 2n, receiver, parseEther('6'))
  return { create, withdraw }
}
