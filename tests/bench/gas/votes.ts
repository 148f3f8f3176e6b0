/** The same governor over the staking pool's votes and over those of OpenZeppelin's token. */
import { type Hex, keccak256, maxUint256, parseEther, toHex } from 'viem'
import { DAY } from '#tests/staking/lab.ts'
import type { Row } from '../rows.ts'
import { type Contract, measured } from './meter.ts'

export function votesGas(say: (line: string) => void): Promise<Row[]> {
  return measured('governor', say, async ({ lab, deploy, gas, add }) => {
    const [, voter] = await lab.ask<[Hex, Hex]>('eth_accounts', [])
    const pool: Contract = { address: lab.poolAddress, abi: lab.pool.abi }
    const token = await deploy('Peers', 'OpenZeppelinVotesToken')
    await lab.ofToken(lab.owner, 'transfer', voter, parseEther('10'))
    await lab.ofToken(voter, 'approve', pool.address, maxUint256)
    await gas(voter, pool, 'stake', parseEther('10'))
    await gas(lab.owner, token, 'transfer', voter, parseEther('10'))
    for (const votes of [pool, token]) await gas(voter, votes, 'delegate', voter)

    const cast = async (votes: Contract): Promise<number> => {
      const governor = await deploy('Peers', 'OpenZeppelinGovernor', votes.address)
      const proposal = [[governor.address], [0n], ['0x'], 'a proposal']
      await gas(voter, governor, 'propose', ...proposal)
      const id = await lab.readFrom(governor, 'hashProposal', [
        ...proposal.slice(0, 3),
        keccak256(toHex('a proposal')),
      ])
      await lab.at((await lab.now()) + DAY + 2)
      return gas(voter, governor, 'castVote', id, 1)
    }
    add(
      'castVote',
      "castVote, the proposal's first, one checkpoint; votes of the staking pool",
      await cast(pool),
      {
        peer: 'votes of ERC20Votes',
        value: await cast(token),
      },
    )
  })
}
