/**
 * Random activity of many accounts over many days on the real pool, beside the reference. After every day the
 * conservation law is checked to the wei with what the chain says, and at the end what each account was paid.
 */
import { decodeFunctionResult, encodeFunctionData, type Hex, parseEther } from 'viem'
import { artifact, DAY, type Lab, openLab } from './lab.ts'
import { encodeMove, type Move, randomOf } from './moves.ts'
import { StakingReference } from './reference.ts'

export type SimulationOptions = {
  readonly accounts: number
  readonly days: number
  readonly seed: number
  readonly say?: (line: string) => void
}

export type SimulationResult = {
  readonly accounts: number
  readonly days: number
  readonly seed: number
  readonly moves: Readonly<Record<Move['kind'] | 'relayed', number>>
  readonly daysOpened: number
  readonly received: string
  readonly paid: string
  readonly waiting: string
  readonly remainders: string
  /** Accounts whose payments and claims were compared, and how many differed; days likewise. */
  readonly accountsChecked: number
  readonly accountsWrong: number
  readonly daysChecked: number
  readonly daysWrong: number
}

const MOVES_A_TRANSACTION = 250
/** Claims of accounts read by one call. */
const READ_AT_ONCE = 2_000
const CROWD = () => artifact('Crowd', 'Crowd')

/** Needs `forge build` before. Throws when a legal move reverts. */
export async function simulateStaking(options: SimulationOptions): Promise<SimulationResult> {
  const lab = await openLab()
  try {
    return await simulate(lab, options)
  } finally {
    await lab.stop()
  }
}

async function simulate(
  lab: Lab,
  { accounts, days, seed, say }: SimulationOptions,
): Promise<SimulationResult> {
  const random = randomOf(seed)
  const crowd = await openCrowd(lab, accounts)
  const firstDay = Math.floor((await lab.now()) / DAY) + 1
  const reference = new StakingReference(accounts, BigInt(firstDay))
  // Some come daily, most now and then, a few hardly ever.
  const habits = Array.from({ length: accounts }, () => 0.01 + 0.6 * random() ** 3)
  const moves = {
    stake: 0,
    unstake: 0,
    activate: 0,
    boost: 0,
    claim: 0,
    name: 0,
    standing: 0,
    fund: 0,
    relayed: 0,
  }
  let daysOpened = 0
  let daysWrong = 0

  for (let day = 0; day < days; day++) {
    const plan = planOfDay(random, habits, reference, day === 0)
    let time = (firstDay + day) * DAY
    const step = Math.floor((DAY - 2) / (plan.length / MOVES_A_TRANSACTION + 3))
    for (let from = 0; from < plan.length; from += MOVES_A_TRANSACTION) {
      time += 1 + Math.floor(random() * (step - 1))
      const { direct, relayed } = settle(
        plan.slice(from, from + MOVES_A_TRANSACTION),
        reference,
        BigInt(time),
        random,
      )
      if (direct.length > 0) {
        await lab.at(time)
        await crowd.send('run', [direct.map(encodeMove)])
      }
      if (relayed.length > 0) {
        // A batch is a transaction of its own, at the same second or the next.
        await lab.at(direct.length > 0 ? ++time : time)
        await crowd.send('relay', [relayed.map(BigInt)])
      }
      for (const { kind } of direct) moves[kind]++
      moves.relayed += relayed.length
    }
    if (reference.opened) daysOpened++
    reference.endDay()
    await lab.ask('evm_setNextBlockTimestamp', [(firstDay + day + 1) * DAY])
    await lab.ask('evm_mine', [])
    const wrong = await lawBroken(lab, crowd, reference)
    if (wrong !== null) {
      daysWrong++
      say?.(`day ${day}: ${wrong}`)
    }
    if (day % 20 === 19) say?.(`day ${day + 1} of ${days}: ${JSON.stringify(moves)}`)
  }

  let accountsWrong = 0
  const owed = reference.people.flatMap((p, who): Move[] =>
    p.earned > 0n ? [{ kind: 'claim', who, value: 0n }] : [],
  )
  for (let from = 0; from < owed.length; from += MOVES_A_TRANSACTION) {
    const part = owed.slice(from, from + MOVES_A_TRANSACTION)
    await crowd.send('run', [part.map(encodeMove)])
    for (const move of part) reference.apply(move, 0n)
    moves.claim += part.length
  }
  const { claimable, paid } = await crowd.standing()
  reference.people.forEach((p, who) => {
    if (paid[who] === p.paid && claimable[who] === 0n) return
    accountsWrong++
    say?.(`account ${who}: paid ${paid[who]}, reference ${p.paid}`)
  })
  return {
    accounts,
    days,
    seed,
    moves,
    daysOpened,
    received: String(reference.received),
    paid: String(reference.paid),
    waiting: String(reference.waiting),
    remainders: String(reference.remainders),
    accountsChecked: accounts,
    accountsWrong,
    daysChecked: days,
    daysWrong,
  }
}

/** What the accounts would like to do today, in random order; some of it may turn out not to be possible. */
function planOfDay(
  random: () => number,
  habits: readonly number[],
  reference: StakingReference,
  isFirst: boolean,
): Move[] {
  const plan: Move[] = []
  const amount = (): bigint =>
    random() < 0.05 ? BigInt(1 + Math.floor(random() * 9)) : BigInt(Math.floor(random() * 1e9)) * 10n ** 10n
  habits.forEach((habit, who) => {
    if (isFirst ? random() < 0.9 : random() < 0.01) plan.push({ kind: 'stake', who, value: amount() + 1n })
    if (random() >= habit) return
    plan.push({ kind: 'activate', who, value: 0n })
    const what = random()
    if (what < 0.25) plan.push({ kind: 'boost', who, value: 0n })
    else if (what < 0.28) plan.push({ kind: 'unstake', who, value: amount() + 1n })
    else if (what < 0.33) plan.push({ kind: 'claim', who, value: 0n })
    else if (what < 0.36) plan.push({ kind: 'name', who, value: 0n })
    else if (what < 0.42) {
      const until = reference.day + BigInt(Math.floor(random() * 8))
      plan.push({ kind: 'standing', who, value: (until << 8n) | BigInt(Math.floor(random() * 6)) })
    }
  })
  // On some days nothing arrives, on some it is dust.
  while (random() < 0.7)
    plan.push({
      kind: 'fund',
      who: 0,
      value: random() < 0.2 ? BigInt(Math.floor(random() * 50)) : parseEther(random().toFixed(18)),
    })
  for (let i = plan.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const [a, b] = [plan[i], plan[j]]
    if (a && b) [plan[i], plan[j]] = [b, a]
  }
  return plan
}

/** Drops what is not possible, cuts amounts to what is there, and tells the reference the rest. Half of the activations are relayed. */
function settle(
  plan: readonly Move[],
  reference: StakingReference,
  time: bigint,
  random: () => number,
): { direct: Move[]; relayed: number[] } {
  const direct: Move[] = []
  const later: Move[] = []
  for (const move of plan) {
    const p = reference.person(move.who)
    if (move.kind === 'activate') {
      if (!reference.mayActivate(move.who)) continue
      if (random() < 0.5) {
        later.push(move)
        continue
      }
    } else if (move.kind === 'boost' && !reference.mayBoost(move.who, time)) continue
    else if (move.kind === 'claim' && p.earned === 0n) continue
    else if (move.kind === 'name' && (p.named || p.nodeUntil === 0n)) continue
    else if (move.kind === 'unstake') {
      const staked = p.counted + p.added
      if (staked === 0n) continue
      const value = move.value > staked || random() < 0.3 ? staked : move.value
      direct.push({ ...move, value })
      reference.apply({ ...move, value }, time)
      continue
    }
    direct.push(move)
    reference.apply(move, time)
  }
  const relayed: number[] = []
  for (const move of later) {
    if (!reference.mayActivate(move.who)) continue
    relayed.push(move.who)
    reference.apply(move, time)
  }
  return { direct, relayed }
}

/** The conservation law with the chain's own figures; the reason when it does not hold. Called at the start of a day. */
async function lawBroken(lab: Lab, crowd: Crowd, reference: StakingReference): Promise<string | null> {
  const [carry, arrived, lastDay] = (await lab.read('books', [])) as readonly [bigint, bigint, bigint]
  const [pot, weight] = (await lab.read('dayOf', [lastDay])) as readonly [bigint, bigint]
  const { claimable, paid } = await crowd.standing()
  const sum = (of: readonly bigint[]): bigint => of.reduce((a, b) => a + b, 0n)
  const waiting = carry + (weight === 0n ? pot : 0n)
  if (waiting !== reference.waiting || arrived !== 0n)
    return `waiting ${waiting}, reference ${reference.waiting}`
  const all = sum(paid) + sum(claimable) + waiting + reference.remainders
  if (all !== reference.received) return `accounted for ${all} of ${reference.received}`
  const balance = await lab.balanceOf(lab.poolAddress)
  if (balance !== reference.received - sum(paid)) return `a balance of ${balance}`
  const wrong = reference.people.findIndex((p, who) => p.earned !== claimable[who])
  return wrong < 0
    ? null
    : `account ${wrong} may claim ${claimable[wrong]}, reference ${reference.person(wrong).earned}`
}

/** The most that a wallet may hold: 2% of the supply. */
const WALLET_LIMIT = parseEther('420000')

type Crowd = Awaited<ReturnType<typeof openCrowd>>

/** The accounts, each with as much oGPU as it can ever want to stake. */
async function openCrowd(lab: Lab, accounts: number) {
  const { abi } = CROWD()
  const registry = await lab.deploy(artifact('OpenRegistry', 'OpenRegistry'), [])
  await lab.act(lab.owner, 'setRegistry', registry)
  const address = await lab.deploy(CROWD(), [lab.poolAddress, registry])
  await lab.ask('anvil_setBalance', [address, '0xd3c21bcecceda1000000'])
  // It hands out what it is given, so it is a holder like a protocol contract.
  await lab.ofToken(lab.owner, 'exempt', address, false)
  await lab.ofToken(lab.owner, 'transfer', address, parseEther('20000000'))
  const send = async (functionName: string, args: readonly unknown[]): Promise<void> => {
    await lab.send({
      from: lab.owner,
      to: address,
      data: encodeFunctionData({ abi, functionName, args: [...args] }),
    })
  }
  const share = parseEther('20000000') / BigInt(accounts)
  const each = share < WALLET_LIMIT ? share : WALLET_LIMIT
  for (let made = 0; made < accounts; made += 500)
    await send('grow', [BigInt(Math.min(500, accounts - made)), each])
  return {
    send,
    standing: async (): Promise<{ claimable: bigint[]; paid: bigint[] }> => {
      const claimable: bigint[] = []
      const paid: bigint[] = []
      for (let from = 0; from < accounts; from += READ_AT_ONCE) {
        const args = [BigInt(from), BigInt(Math.min(accounts, from + READ_AT_ONCE))]
        const data = encodeFunctionData({ abi, functionName: 'standing', args })
        const answer = await lab.ask<Hex>('eth_call', [{ to: address, data, gas: '0x1c9c3800' }, 'latest'])
        const [owed, balances] = decodeFunctionResult({
          abi,
          functionName: 'standing',
          data: answer,
        }) as readonly [readonly bigint[], readonly bigint[]]
        claimable.push(...owed)
        paid.push(...balances)
      }
      return { claimable, paid }
    },
  }
}
