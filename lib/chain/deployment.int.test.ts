import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyDeployment } from './deploy.ts'
import { currentDeployment, recordDeployment } from './deployment.ts'
import { startWorld, type World } from './testing/world.ts'

describe('a deployment', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld({ nodes: 0 })
  })
  afterAll(() => world.stop())

  it('is read back as it was written, and written once', async () => {
    const { db, sql } = world.database
    await recordDeployment(db, world.deployment)
    expect(await currentDeployment(db)).toEqual(world.deployment)
    expect((await sql`select count(*)::int as n from deployments`)[0]?.n).toBe(1)
  })

  it('is refused when the code at an address is not ours, or there is none [case 71]', async () => {
    const { chain, deployment } = world
    await verifyDeployment(chain.publicClient, deployment)
    const { escrow, taskMarket } = deployment.addresses
    const swapped = {
      ...deployment,
      addresses: { ...deployment.addresses, escrow: taskMarket, taskMarket: escrow },
    }
    await expect(verifyDeployment(chain.publicClient, swapped)).rejects.toThrow(/is not the/)
    const nowhere = {
      ...deployment,
      addresses: { ...deployment.addresses, escrow: `0x${'9'.repeat(40)}` as const },
    }
    await expect(verifyDeployment(chain.publicClient, nowhere)).rejects.toThrow(/there is no Escrow/)
    await expect(verifyDeployment(chain.publicClient, { ...deployment, chainId: 1 })).rejects.toThrow(/chain/)
    await expect(
      verifyDeployment(chain.publicClient, { ...deployment, codeHash: `0x${'0'.repeat(64)}` }),
    ).rejects.toThrow(/other sources/)
  })

  it('is refused when one byte of its code was changed after deployment [case 71]', async () => {
    const { chain, deployment } = world
    const address = deployment.addresses.nodeRegistry
    const code = await chain.publicClient.getCode({ address })
    const middle = 2 + 400
    const changed = `${code?.slice(0, middle)}${code?.[middle] === '0' ? '1' : '0'}${code?.slice(middle + 1)}`
    await chain.request('anvil_setCode', [address, changed])
    await expect(verifyDeployment(chain.publicClient, deployment)).rejects.toThrow(/is not the NodeRegistry/)
    await chain.request('anvil_setCode', [address, code])
    await verifyDeployment(chain.publicClient, deployment)
  })
})
