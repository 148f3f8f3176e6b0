/**
 * What the staking pool's transactions cost: receipt.gasUsed on anvil, base 21,000 and calldata included. The row's text
 * names the warm-up: which slots were written before, so that a first write is never hidden in an average.
 */
import { type Hex, hexToNumber, maxUint256, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { DAY, type Receipt } from '#tests/staking/lab.ts'
import type { Row } from '../rows.ts'
import { type Meter, measured } from './meter.ts'

const BATCH = 50
const keyOf = (i: number): Hex => `0x${(0xa11ce000 + i).toString(16).padStart(64, '0')}`
const accountOf = (i: number) => privateKeyToAccount(keyOf(i))

export function stakingGas(say: (line: string) => void): Promise<Row[]> {
  return measured('staking', say, measure)
}

async function measure(meter: Meter): Promise<void> {
  const { lab } = meter
  const add = (id: string, what: string, gas: number, ceiling?: number): void =>
    meter.add(id, what, gas, ceiling === undefined ? {} : { ceiling })
  const gas = (receipt: Receipt): number => hexToNumber(receipt.gasUsed)
  const day0 = Math.floor((await lab.now()) / DAY) + 1
  const noon = (day: number): Promise<unknown> => lab.at((day0 + day) * DAY + 43_200)
  const at = (day: number, seconds: number): Promise<unknown> => lab.at((day0 + day) * DAY + seconds)

  await noon(0)
  const accounts = Array.from({ length: BATCH + 10 }, (_, i) => accountOf(i).address)
  for (const account of accounts) {
    await lab.ask('anvil_setBalance', [account, '0x56bc75e2d63100000'])
    await lab.ofToken(lab.owner, 'transfer', account, parseEther('1000'))
    await lab.ofToken(account, 'approve', lab.poolAddress, maxUint256)
  }
  const who = (i: number): Hex => {
    const account = accounts[i]
    if (account === undefined) throw new Error(`no account ${i}`)
    return account
  }
  const [a, b, c, d, e] = [who(0), who(1), who(2), who(3), who(4)]
  await lab.act(e, 'stake', parseEther('10'))
  add(
    'stakeFirst',
    "stake, the account's first (its word is new), allowance kept",
    gas(await lab.act(a, 'stake', parseEther('10'))),
  )
  for (const account of accounts) if (account !== a) await lab.act(account, 'stake', parseEther('10'))
  await lab.fund(parseEther('5'))

  await noon(1)
  const peer = await rewardPool(meter, a, e)
  meter.add(
    'stake',
    'stake again on a later day, not delegated, allowance kept',
    gas(await lab.act(a, 'stake', parseEther('10'))),
    { peer: 'reward-per-token pool', value: peer.stake, ceiling: 54_000 },
  )
  meter.add(
    'unstake',
    'withdraw, not delegated, not activated that day',
    gas(await lab.act(a, 'unstake', parseEther('5'), a)),
    { peer: 'reward-per-token pool', value: peer.withdraw, ceiling: 47_000 },
  )
  add(
    'unstakeCounted',
    'withdraw of what counted, not activated that day',
    gas(await lab.act(a, 'unstake', parseEther('8'), a)),
    47_000,
  )
  add('fund', 'ETH arrives, the books are warm', gas(await lab.fund(parseEther('1'))))
  add(
    'activateFirst',
    "activate, the day's first (fixes the pot) and the account's first",
    gas(await lab.act(a, 'activate')),
  )
  await lab.act(b, 'activate')
  await lab.act(c, 'activate')
  await lab.act(d, 'activate')
  add(
    'unstakeActive',
    "withdraw on a day the account activated (lowers today's weight too)",
    gas(await lab.act(b, 'unstake', parseEther('1'), b)),
  )
  await lab.act(c, 'boost')
  await lab.act(e, 'boost')

  await lab.fund(parseEther('5'))
  await noon(2)
  add('activateOpens', "activate, the day's first, settles the day before", gas(await lab.act(d, 'activate')))
  add('activate', 'activate, settles the day before', gas(await lab.act(a, 'activate')), 52_000)
  add(
    'claimLater',
    'claim to the caller on a day already settled by an activation',
    gas(await lab.act(a, 'claim', a)),
    42_000,
  )
  meter.add('claim', 'claim to the caller, settles an ended day', gas(await lab.act(b, 'claim', b)), {
    peer: 'reward-per-token pool (pays a token)',
    value: peer.claim,
    ceiling: 42_000,
  })
  await lab.act(c, 'activate')
  await at(2, 50_000)
  add('boost', 'boost after activation, streak goes on', gas(await lab.act(c, 'boost')), 40_000)
  add('boostBefore', 'boost before activation, streak goes on', gas(await lab.act(e, 'boost')), 40_000)
  await lab.act(e, 'activate')

  const relayed = accounts.slice(5, 5 + BATCH)
  const batchOf = async (type: 'Activation' | 'Boost', day: number) => [
    day0 + day,
    relayed,
    await Promise.all(
      relayed.map((account, i) =>
        accountOf(5 + i).signTypedData({
          domain: {
            name: 'OpenGPU StakingPool',
            version: '1',
            chainId: 31_337,
            verifyingContract: lab.poolAddress,
          },
          types: {
            [type]: [
              { name: 'account', type: 'address' },
              { name: 'day', type: 'uint32' },
            ],
          },
          primaryType: type,
          message: { account, day: day0 + day },
        }),
      ),
    ),
  ]
  add(
    'batchFirst',
    'activation relayed in a batch of 50, an account; first activations of all',
    gas(await lab.act(lab.owner, 'activateBatch', ...(await batchOf('Activation', 2)))) / BATCH,
  )
  await lab.fund(parseEther('5'))
  await noon(3)
  await lab.act(a, 'activate')
  add(
    'batch',
    'activation relayed in a batch of 50, an account; each settles the day before',
    gas(await lab.act(lab.owner, 'activateBatch', ...(await batchOf('Activation', 3)))) / BATCH,
    24_000,
  )
  add(
    'boostBatch',
    'boost relayed in a batch of 50, an account; all activated',
    gas(await lab.act(lab.owner, 'boostBatch', ...(await batchOf('Boost', 3)))) / BATCH,
  )

  await noon(3653)
  await lab.act(a, 'activate')
  add('activateLate', 'activate after 3,650 missed days', gas(await lab.act(d, 'activate')), 52_000)
  add('claimLate', 'claim after 3,650 missed days', gas(await lab.act(e, 'claim', e)), 42_000)

  await votes(meter, who, noon, at)
}

/** What vote snapshots add to a stake and a withdrawal, beside what they add to a transfer of OpenZeppelin's token. */
async function votes(
  { lab, deploy, gas, add }: Meter,
  who: (i: number) => Hex,
  noon: (day: number) => Promise<unknown>,
  at: (day: number, seconds: number) => Promise<unknown>,
): Promise<void> {
  const plain = await deploy('Peers', 'OpenZeppelinToken')
  const counted = await deploy('Peers', 'OpenZeppelinVotesToken')
  const [b, c] = [who(1), who(2)]
  const pool = { address: lab.poolAddress, abi: lab.pool.abi }
  await gas(b, pool, 'delegate', b)
  await gas(b, counted, 'delegate', b)
  await gas(lab.owner, counted, 'delegate', who(9))
  for (const token of [plain, counted]) await gas(lab.owner, token, 'transfer', b, parseEther('10'))
  for (const account of [b, c]) await gas(account, pool, 'stake', parseEther('1'))

  await noon(3654)
  const withVotes = await gas(b, pool, 'stake', parseEther('1'))
  const without = await gas(c, pool, 'stake', parseEther('1'))
  const peer =
    (await gas(lab.owner, counted, 'transfer', b, parseEther('1'))) -
    (await gas(lab.owner, plain, 'transfer', b, parseEther('1')))
  add('stakeVotes', 'stake, delegated to itself (one vote checkpoint)', withVotes)
  add('votes', 'what a vote checkpoint adds to a stake; the peer writes two', withVotes - without, {
    peer: 'ERC20Votes, what it adds to a transfer',
    value: peer,
  })
  await at(3654, 50_000)
  add(
    'unstakeVotes',
    'withdraw, delegated to itself (one vote checkpoint)',
    await gas(b, pool, 'unstake', parseEther('1'), b),
  )
}

/** The yardstick with the same token staked, holding other people's stake already. */
async function rewardPool(
  { lab, deploy, gas }: Meter,
  account: Hex,
  other: Hex,
): Promise<{ stake: number; withdraw: number; claim: number }> {
  const token = { address: lab.tokenAddress, abi: lab.token.abi }
  const reward = await deploy('Peers', 'OpenZeppelinToken')
  const pool = await deploy('RewardPerTokenPool', 'RewardPerTokenPool', token.address, reward.address)
  await gas(lab.owner, reward, 'transfer', pool.address, parseEther('10000'))
  await gas(lab.owner, reward, 'transfer', account, 1n)
  await gas(lab.owner, pool, 'addReward', parseEther('9000'))
  for (const person of [other, account]) {
    await gas(person, token, 'approve', pool.address, maxUint256)
    // Twice: by the second stake every slot of the account has been written, as the row says of ours.
    await gas(person, pool, 'stake', parseEther('10'))
    await gas(person, pool, 'stake', parseEther('10'))
  }
  return {
    stake: await gas(account, pool, 'stake', parseEther('10')),
    withdraw: await gas(account, pool, 'withdraw', parseEther('5')),
    claim: await gas(account, pool, 'claim'),
  }
}
