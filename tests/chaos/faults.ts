/**
 * Dishonest nodes, each a process of its own among six honest ones: jobs are run, every party's balance is read before and
 * after, and the change is compared to the wei with the outcome table.
 */
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createWalletClient, defineChain, http, numberToHex, type PublicClient } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { nodeRegistryAbi, taskMarketAbi } from '#lib/chain/generated/abis.ts'
import { type Address, type Hex, lower } from '#lib/kernel/ids.ts'
import { WEI_PER_OGPU } from '#lib/kernel/money.ts'
import { type OwnedChild, spawnOwned } from '#lib/process/embedded/child.ts'
import { rpc } from '#lib/process/embedded/rpc.ts'
import { FINAL_STATES } from '#lib/protocol/jobState.ts'
import { ROOT } from '../../scripts/start/build.ts'
import { ensureNode, httpUrl, NODE_ASK } from '../../scripts/start/contracts.ts'
import { keyAt, nodeFolder } from '../../scripts/start/home.ts'
import { audit } from './audit.ts'
import { bondMoney, type ChainLogEvent, escrowMoney, readEvents, reader, treasuryOf } from './chainLog.ts'
import { Customer, type Placed } from './customer.ts'
import { FAULTS, type Fault, HONEST, PARAMETERS, SUM, TERMS } from './faultTable.ts'
import { type Lab, pause, startLab } from './lab.ts'
import { addOutcome, type Deltas, noDeltas } from './outcomes.ts'

const HONEST_NODES = 6
const JOB_PATIENCE = 240_000
const SETTLING = 4_000
export interface PartyRow {
  readonly party: string
  readonly account: Address
  /** Escrow (free and locked) of a person, bond of a node; wei. */
  readonly kind: 'escrow' | 'bond'
  readonly before: string
  readonly after: string
  readonly change: string
  readonly expected: string
  readonly asExpected: boolean
}

export interface FaultRow {
  readonly fault: string
  readonly jobs: number
  /** Jobs in which the node held the role it breaks. */
  readonly held: number
  readonly rows: readonly PartyRow[]
  readonly asExpected: boolean
  /** Wei that honest parties lost. */
  readonly honestLoss: string
  /** What differed, in words. */
  readonly problems: readonly string[]
}

export interface FaultsReport {
  readonly jobs: number
  readonly rows: readonly FaultRow[]
  readonly violations: readonly string[]
  readonly asExpected: boolean
  readonly honestLoss: string
  readonly seconds: number
}

export interface FaultsOptions {
  readonly jobs: number
  /** Only faults whose name contains this. */
  readonly only: string | null
  readonly keep: boolean
  readonly say: (line: string) => void
}

export async function faults(options: FaultsOptions): Promise<FaultsReport> {
  const { say, only } = options
  const chosen = FAULTS.filter(({ name }) => only === null || name.includes(only))
  if (chosen.length === 0) throw new Error(`no fault is called "${only}"`)
  const began = performance.now()
  const lab = await startLab({ nodes: HONEST_NODES, say })
  let keep = options.keep
  try {
    const stage = await openStage(lab, say)
    await setParameters(lab, stage.client)
    const weights = chosen.reduce((sum, { weight }) => sum + weight, 0)
    const rows: FaultRow[] = []
    for (const [at, fault] of chosen.entries()) {
      const jobs = Math.max(2, Math.ceil((options.jobs * fault.weight) / weights))
      rows.push(await tryFault(stage, fault, HONEST_NODES + 1 + at, jobs))
      const row = rows.at(-1) as FaultRow
      say(
        `${row.asExpected ? 'as expected' : 'NOT AS EXPECTED'}: ${fault.name} (${row.held} of ${row.jobs} jobs)`,
      )
      for (const problem of row.problems) say(`  ${problem}`)
    }
    const { violations } = await audit(stage.client, lab.network.deployment, stage.orders)
    const honestLoss = rows.reduce((sum, row) => sum + BigInt(row.honestLoss), 0n)
    const asExpected = violations.length === 0 && rows.every((row) => row.asExpected)
    keep ||= !asExpected
    return {
      jobs: rows.reduce((sum, row) => sum + row.jobs, 0),
      rows,
      violations,
      asExpected,
      honestLoss: honestLoss.toString(),
      seconds: Math.round((performance.now() - began) / 100) / 10,
    }
  } finally {
    if (keep) say(`the data folder stays: ${lab.home}`)
    await lab.stop(keep)
  }
}

interface Stage {
  readonly lab: Lab
  readonly client: PublicClient
  readonly customer: Customer
  readonly treasury: Address
  /** Every order so far. */
  readonly orders: Hex[]
  readonly say: (line: string) => void
}

async function openStage(lab: Lab, say: (line: string) => void): Promise<Stage> {
  const client = reader(lab.network.rpcUrl)
  return {
    lab,
    client,
    customer: new Customer(lab, 1n << 100n),
    treasury: await treasuryOf(client, lab.network.deployment),
    orders: [],
    say,
  }
}

function walletOf(lab: Lab, account: PrivateKeyAccount | Address) {
  const url = httpUrl(lab.network.rpcUrl)
  const chain = defineChain({
    id: lab.network.deployment.chainId,
    name: 'OpenGPU',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  })
  return createWalletClient({ account, chain, transport: http(url) })
}

/** As the timelock, which owns the market; what is tried here is no vote. */
async function setParameters(lab: Lab, client: PublicClient): Promise<void> {
  const { taskMarket, timelock } = lab.network.deployment.addresses
  const url = httpUrl(lab.network.rpcUrl)
  await rpc(url, 'anvil_setBalance', [timelock, numberToHex(10n ** 18n)])
  await rpc(url, 'anvil_impersonateAccount', [timelock])
  const hash = await walletOf(lab, timelock).writeContract({
    address: taskMarket,
    abi: taskMarketAbi,
    functionName: 'setParameters',
    args: [PARAMETERS],
  })
  await client.waitForTransactionReceipt({ hash, pollingInterval: 50 })
  await rpc(url, 'anvil_stopImpersonatingAccount', [timelock])
}

interface Party {
  readonly party: string
  readonly account: Address
  readonly kind: 'escrow' | 'bond'
  readonly isHonest: boolean
}

/** Runs jobs with the dishonest node among the others, and compares everybody's money. */
async function tryFault(stage: Stage, fault: Fault, index: number, jobs: number): Promise<FaultRow> {
  const { lab, say } = stage
  const folder = nodeFolder(lab.home, index)
  await ensureNode(lab.home, lab.network.rpcUrl, lab.network.deployment, index)
  const node = lower(keyAt(join(folder, 'node.key')).address)
  const owner = keyAt(join(folder, 'owner.key'))
  const logFile = join(lab.home, 'logs', `fault-${index}.jsonl`)
  const log = createWriteStream(join(lab.home, 'logs', `fault-${index}.log`))
  say(`${fault.name}: ${jobs} jobs`)
  const child = await spawnOwned(
    process.execPath,
    ['--import', 'tsx', `tests/chaos/faults/${fault.program}.ts`],
    {
      cwd: ROOT,
      env: {
        ...process.env,
        OPENGPU_URL: lab.network.url,
        OPENGPU_NODE_KEY_FILE: join(folder, 'node.key'),
        OPENGPU_NODE_HOME: join(folder, 'work'),
        OPENGPU_NODE_NAME: `fault-${index}`,
        // The lowest ask wins every auction; one nobody pays wins none, and the node is left with its seats.
        OPENGPU_NODE_ASK: (fault.role === 'run' ? NODE_ASK / 2n : WEI_PER_OGPU).toString(),
        OPENGPU_NODE_GPU_CLASS: '0',
        OPENGPU_NODE_SLOTS: String(fault.atOnce),
        OPENGPU_FAULT_LOG: logFile,
        OPENGPU_FAULT_RPC: lab.network.rpcUrl.replace(/^ws/, 'http'),
        ...fault.environment,
      },
      onLine: (line) => log.write(`${line}\n`),
    },
  )
  try {
    await untilLive(stage, HONEST_NODES + 1, child)
    // A node that came only now is passed over for a moment.
    await pause(SETTLING)
    const parties = partiesOf(stage, node, index)
    const before = await readMoney(stage, parties)
    const placed = await runJobs(stage, fault, jobs)
    const after = await readMoney(stage, parties)
    const events = await readEvents(stage.client, lab.network.deployment)
    const found = expectedOf(stage, fault, node, placed, events)
    const problems = [...found.problems]
    if (found.held === 0) problems.push('the node never held the role')
    if (fault.program === 'answersLate') problems.push(...lateProblems(logFile, found.held))
    const rows = parties.map((party, at): PartyRow => {
      const change = (after[at] ?? 0n) - (before[at] ?? 0n)
      const expected = found.deltas[party.kind].get(party.account) ?? 0n
      if (change !== expected) problems.push(`${party.party}: ${change} wei instead of ${expected}`)
      return {
        party: party.party,
        account: party.account,
        kind: party.kind,
        before: String(before[at]),
        after: String(after[at]),
        change: change.toString(),
        expected: expected.toString(),
        asExpected: change === expected,
      }
    })
    const honestLoss = parties.reduce((sum, party, at) => {
      const change = (after[at] ?? 0n) - (before[at] ?? 0n)
      return party.isHonest && change < 0n ? sum - change : sum
    }, 0n)
    return {
      fault: fault.name,
      jobs,
      held: found.held,
      rows,
      asExpected: problems.length === 0,
      honestLoss: honestLoss.toString(),
      problems,
    }
  } finally {
    await child.stop('SIGTERM', 3_000)
    log.end()
    // It leaves, so that no later job draws it.
    const hash = await walletOf(lab, owner).writeContract({
      address: lab.network.deployment.addresses.nodeRegistry,
      abi: nodeRegistryAbi,
      functionName: 'setActive',
      args: [node, false],
    })
    await stage.client.waitForTransactionReceipt({ hash, pollingInterval: 50 })
  }
}

async function untilLive(stage: Stage, nodes: number, child: OwnedChild): Promise<void> {
  for (let waited = 0; ; waited += 200) {
    if ((await stage.customer.network()).nodesLive >= nodes) return
    if (child.hasExited() || waited > 60_000) throw new Error(`the node did not come up:\n${child.tail()}`)
    await pause(200)
  }
}

function partiesOf({ lab, treasury, customer }: Stage, node: Address, index: number): Party[] {
  const parties: Party[] = [
    { party: 'customer', account: lower(customer.account.address), kind: 'escrow', isHonest: false },
    { party: 'treasury', account: treasury, kind: 'escrow', isHonest: false },
  ]
  for (let each = 1; each <= HONEST_NODES; each++) {
    const folder = nodeFolder(lab.home, each)
    const owner = lower(keyAt(join(folder, 'owner.key')).address)
    const key = lower(keyAt(join(folder, 'node.key')).address)
    parties.push({ party: `owner of honest node ${each}`, account: owner, kind: 'escrow', isHonest: true })
    parties.push({ party: `bond of honest node ${each}`, account: key, kind: 'bond', isHonest: true })
  }
  const owner = lower(keyAt(join(nodeFolder(lab.home, index), 'owner.key')).address)
  parties.push({ party: 'owner of the dishonest node', account: owner, kind: 'escrow', isHonest: false })
  parties.push({ party: 'bond of the dishonest node', account: node, kind: 'bond', isHonest: false })
  return parties
}

/** Wei of each party, in order. */
async function readMoney({ client, lab }: Stage, parties: readonly Party[]): Promise<bigint[]> {
  return Promise.all(
    parties.map(async ({ account, kind }) => {
      if (kind === 'bond') return (await bondMoney(client, lab.network.deployment, account)).bond
      const { free, locked } = await escrowMoney(client, lab.network.deployment, account)
      return free + locked
    }),
  )
}

async function runJobs(stage: Stage, fault: Fault, jobs: number): Promise<Placed[]> {
  const { customer } = stage
  const placed: Placed[] = []
  const open = new Set<string>()
  const terms = fault.comparator === undefined ? TERMS : { ...TERMS, comparator: fault.comparator }
  let lastEnd = performance.now()
  while (placed.length < jobs || open.size > 0) {
    while (placed.length < jobs && open.size < fault.atOnce) {
      const job = await customer.place(fault.job ?? SUM, terms)
      placed.push(job)
      stage.orders.push(job.orderId)
      open.add(job.jobId)
    }
    for (const { id, state } of await customer.jobs())
      if (FINAL_STATES.has(state) && open.delete(id)) lastEnd = performance.now()
    if (performance.now() - lastEnd > JOB_PATIENCE)
      throw new Error(`jobs do not end: ${[...open].join(', ')}`)
    await pause(200)
  }
  return placed
}

/** What everybody's money should have done, job by job. */
function expectedOf(
  stage: Stage,
  fault: Fault,
  node: Address,
  placed: readonly Placed[],
  events: readonly ChainLogEvent[],
): { deltas: Deltas; held: number; problems: string[] } {
  const deltas = noDeltas()
  const problems: string[] = []
  const owners = new Map<string, Address>(
    events
      .filter(({ name }) => name === 'NodeRegistered')
      .map(({ args }) => [args.node as string, args.owner as Address]),
  )
  let held = 0
  for (const { orderId, order } of placed) {
    const own = events.filter(({ args }) => args.order === orderId)
    const awards = own.filter(({ name }) => name === 'Awarded')
    const drawn = own.find(({ name }) => name === 'CommitteeDrawn')
    const last = awards.at(-1)
    if (last === undefined || drawn === undefined) {
      problems.push(`order ${orderId} was never awarded and drawn`)
      continue
    }
    const members = drawn.args.members as Address[]
    const ran = awards.some(({ args }) => args.node === node)
    const holds = fault.role === 'run' ? ran : members.includes(node)
    if (holds) held++
    const runner = last.args.node as Address
    const ending = holds ? fault.ending(node) : HONEST
    const silent = fault.isSilentMember === true && members.includes(node) ? [node] : []
    if (holds && fault.role === 'run' && (runner === node) !== (fault.isReplaced === undefined))
      problems.push(`order ${orderId} ended with ${runner === node ? 'the dishonest' : 'another'} node`)
    addOutcome(
      deltas,
      { order, node: runner, price: BigInt(last.args.price as string), members },
      { ...ending, unpaid: [...ending.unpaid, ...silent], fined: [...ending.fined, ...silent] },
      { feeBps: PARAMETERS.feeBps, fineBps: PARAMETERS.fineBps, floorRate: PARAMETERS.floorRate },
      stage.treasury,
      (each) => owners.get(each) as Address,
    )
  }
  return { deltas, held, problems }
}

/** What gateway and chain said to results that came too late. */
function lateProblems(logFile: string, held: number): string[] {
  const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n') : []
  const answers = lines
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { gateway: string; chain: string })
  const problems = answers
    .filter(({ gateway, chain }) => gateway === 'ok' || chain === 'taken')
    .map((answer) => `a late result was taken: ${JSON.stringify(answer)}`)
  if (answers.length < held) problems.push(`only ${answers.length} of ${held} late results were sent`)
  return problems
}
