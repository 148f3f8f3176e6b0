/**
 * What the staking pool's transactions cost: receipt.gasUsed on anvil, base 21,000 and calldata included. The row's text
 * names the warm-up: which slots were written before, so that a first write is never hidden in an average.
 */
import { type Hex, hexToNumber, maxUint256, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { DAY, type Lab, openLab, type Receipt } from '#tests/staking/lab.ts'
import { type Row, row } from './rows.ts'

const BATCH = 50
const keyOf = (i: number): Hex => `0x${(0xa11ce000 + i).toString(16).padStart(64, '0')}`
const accountOf = (i: number) => privateKeyToAccount(keyOf(i))

/** Runs against a chain of its own; needs `forge build` before. */
export async function stakingGas({ say }: { readonly say: (line: string) => void }): Promise<Row[]> {
  const lab = await openLab()
  try {
    return await measure(lab, say)
  } finally {
    await lab.stop()
  }
}

async function measure(lab: Lab, say: (line: string) => void): Promise<Row[]> {
  const rows: Row[] = []
  const add = (id: string, what: string, gas: number, goal?: number): void => {
    rows.push(
      row(
        `staking.${id}`,
        what,
        gas,
        'gas',
        goal === undefined ? undefined : { peer: 'goal', value: goal, goal: { atMost: 1 } },
      ),
    )
    say(`${id}: ${gas}`)
  }
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
  add(
    'stake',
    'stake again on a later day, not delegated, allowance kept',
    gas(await lab.act(a, 'stake', parseEther('10'))),
    54_000,
  )
  add(
    'unstake',
    'withdraw, not delegated, not activated that day',
    gas(await lab.act(a, 'unstake', parseEther('5'), a)),
    47_000,
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
  add('claim', 'claim to the caller, settles an ended day', gas(await lab.act(b, 'claim', b)), 42_000)
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

  await lab.act(b, 'delegate', b)
  await lab.act(b, 'stake', parseEther('1'))
  await noon(3654)
  add(
    'stakeVotes',
    'stake, delegated to itself (a vote checkpoint)',
    gas(await lab.act(b, 'stake', parseEther('1'))),
  )
  await at(3654, 50_000)
  add(
    'unstakeVotes',
    'withdraw, delegated to itself (a vote checkpoint)',
    gas(await lab.act(b, 'unstake', parseEther('1'), b)),
  )
  return rows
}
