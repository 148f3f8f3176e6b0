/** Governor and timelock, and the hand-over of all contracts to them. */
import { encodeDeployData, getContractAddress } from 'viem'
import { AppError } from '../kernel/errors.ts'
import { type Address, lower } from '../kernel/ids.ts'
import type { Sender } from './deploySender.ts'
import { governorAbi, taskMarketAbi, timelockAbi } from './generated/abis.ts'
import { artifacts } from './generated/artifacts.ts'
import { type DeployParameters, PUBLIC_GOVERNANCE } from './parameters.ts'

/**
 * The timelock knows its governor by the address that follows from the deployer's next nonce, so that it never needs an
 * admin; the governor refuses a timelock that knows another one.
 */
export async function deployGovernance(
  sender: Sender,
  stakingPool: Address,
  parameters: DeployParameters,
): Promise<{ timelock: Address; governor: Address }> {
  const { timelockSeconds, ...terms } = parameters.governance ?? PUBLIC_GOVERNANCE
  const nonce = await sender.nonceOf('NetworkTimelock')
  const next = lower(getContractAddress({ from: sender.deployer, nonce: BigInt(nonce) + 1n }))
  const timelock = await sender.create(
    'NetworkTimelock',
    encodeDeployData({
      abi: timelockAbi,
      bytecode: artifacts.timelock.creation,
      args: [BigInt(timelockSeconds), next],
    }),
  )
  const governor = await sender.create(
    'NetworkGovernor',
    encodeDeployData({
      abi: governorAbi,
      bytecode: artifacts.governor.creation,
      args: [stakingPool, timelock, terms],
    }),
  )
  return { timelock, governor }
}

/**
 * Makes the timelock the owner of `contracts`, all of which the deployer owns. Throws AppError `deployment.failed` when one
 * of them has another owner in the end.
 */
export async function handOver(
  { read, call }: Sender,
  timelock: Address,
  contracts: readonly Address[],
): Promise<void> {
  // Every owned contract has these functions; which interface they are taken from does not matter.
  const owned = { abi: taskMarketAbi } as const
  for (const address of contracts) {
    await call(`transferOwnership ${address}`, {
      ...owned,
      address,
      functionName: 'transferOwnership',
      args: [timelock],
    })
  }
  await call('NetworkTimelock.acceptOwnershipOf', {
    address: timelock,
    abi: timelockAbi,
    functionName: 'acceptOwnershipOf',
    args: [contracts],
  })
  for (const address of contracts) {
    const owner = await read.readContract({ ...owned, address, functionName: 'owner' })
    if (lower(owner) !== timelock) {
      throw new AppError(
        'deployment.failed',
        `deploying the contracts stopped: ${address} is not the timelock's`,
        {
          status: 500,
        },
      )
    }
  }
}
