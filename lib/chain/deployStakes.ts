/** The contracts that hold stakes and channels beside the market. */
import { encodeDeployData } from 'viem'
import type { Address } from '../kernel/ids.ts'
import type { Sender } from './deploySender.ts'
import { stakingPoolAbi, streamPaymentsAbi } from './generated/abis.ts'
import { artifacts } from './generated/artifacts.ts'
import { type DeployParameters, PUBLIC_STREAMS } from './parameters.ts'

/** The pool, owned by the deployer until it is handed over. */
export function deployStaking(sender: Sender, ogpu: Address, guardian: Address): Promise<Address> {
  return sender.create(
    'StakingPool',
    encodeDeployData({
      abi: stakingPoolAbi,
      bytecode: artifacts.stakingPool.creation,
      args: [ogpu, sender.deployer, guardian],
    }),
  )
}

/** The payment channels, owned by the deployer until they are handed over. */
export function deployStreams(
  sender: Sender,
  ogpu: Address,
  guardian: Address,
  parameters: DeployParameters,
): Promise<Address> {
  const { feeBps, closeSeconds } = parameters.streams ?? PUBLIC_STREAMS
  return sender.create(
    'StreamPayments',
    encodeDeployData({
      abi: streamPaymentsAbi,
      bytecode: artifacts.streamPayments.creation,
      args: [ogpu, parameters.treasury, BigInt(feeBps), BigInt(closeSeconds), sender.deployer, guardian],
    }),
  )
}
