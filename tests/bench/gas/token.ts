/** Transfers of the token, beside the cheapest ERC-20, the usual one, and a plain tax token. */
import { type Hex, parseEther } from 'viem'
import type { Row } from '../rows.ts'
import { type Contract, measured } from './meter.ts'

const PAIR_TOKEN: Hex = '0x00000000000000000000000000000000000000fa'

export function tokenGas(say: (line: string) => void): Promise<Row[]> {
  return measured('token', say, async ({ lab, deploy, gas, add }) => {
    const { owner } = lab
    const [, alice, bob, receiver] = await lab.ask<[Hex, Hex, Hex, Hex]>('eth_accounts', [])
    const ours: Contract = { address: lab.tokenAddress, abi: lab.token.abi }
    const solady = await deploy('Peers', 'SoladyToken')
    const openZeppelin = await deploy('Peers', 'OpenZeppelinToken')
    const plain = await deploy('PlainTaxToken', 'PlainTaxToken', receiver)
    const pair = (await lab.readFrom(ours, 'pairFor', [PAIR_TOKEN])) as Hex
    await lab.ask('anvil_setBalance', [pair, '0x56bc75e2d63100000'])
    await gas(owner, plain, 'setPair', pair, true)
    for (const token of [ours, solady, openZeppelin, plain])
      for (const person of [alice, bob, pair])
        await gas(owner, token, 'transfer', person, parseEther('10000'))
    await gas(owner, plain, 'transfer', receiver, 1n)
    await gas(owner, ours, 'openTrading')

    const amount = parseEther('1234')
    const transfer = async (token: Contract, from: Hex, to: Hex): Promise<number> =>
      gas(from, token, 'transfer', to, amount)
    const plainTransfer = await transfer(ours, alice, bob)
    const both = 'both hold some and keep some'
    add('transfer', `plain transfer, ${both}`, plainTransfer, {
      peer: 'Solady ERC20',
      value: await transfer(solady, alice, bob),
      goal: { atMost: 1.03 },
      ceiling: 35_100,
    })
    add('transferUsual', `the same plain transfer, ${both}`, plainTransfer, {
      peer: 'OpenZeppelin ERC20',
      value: await transfer(openZeppelin, alice, bob),
    })
    const taxed = { goal: { atMost: 0.75 }, ceiling: 43_400, peer: 'plain tax token' }
    add(
      'sell',
      `transfer to a pair, taxed; ${both}, so does the tax's receiver`,
      await transfer(ours, alice, pair),
      {
        ...taxed,
        value: await transfer(plain, alice, pair),
      },
    )
    add(
      'buy',
      `transfer from a pair, taxed; ${both}, so does the tax's receiver`,
      await transfer(ours, pair, bob),
      {
        ...taxed,
        value: await transfer(plain, pair, bob),
      },
    )
  })
}
