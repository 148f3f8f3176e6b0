import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Address, bytesToHex, createPublicClient, http } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { taskMarketAbi } from '#lib/chain/generated/abis.ts'
import { PUBLIC_MARKET_PARAMETERS } from '#lib/chain/parameters.ts'
import { PUBLISHED_MNEMONIC } from '#lib/config/publishedKeys.ts'
import { rpc } from '#lib/process/embedded/rpc.ts'
import { startAnvil, type TestChain } from '#tests/support/chain.ts'

const CHAIN_ID = 7_777
const account = mnemonicToAccount(PUBLISHED_MNEMONIC)
const key = bytesToHex(account.getHdKey().privateKey ?? new Uint8Array())
const SETTINGS = {
  treasury: '0x00000000000000000000000000000000000000Aa',
  tokenHolder: account.address,
  liquidity: { ogpu: '200000', eth: '10.5' },
}

describe('npm run deploy', () => {
  const folder = mkdtempSync('/tmp/opengpu-deploy-command-')
  const out = join(folder, 'deployments', `${CHAIN_ID}.json`)
  let chain: TestChain

  beforeAll(async () => {
    chain = await startAnvil()
    await rpc(chain.http, 'anvil_setChainId', [CHAIN_ID])
  })
  afterAll(async () => {
    await chain?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  async function run(settings: unknown, environment: Record<string, string> = { DEPLOYER_KEY: key }) {
    const file = join(folder, 'settings.json')
    writeFileSync(file, JSON.stringify(settings))
    const args = ['scripts/run.mjs', 'scripts/deploy.ts', '--rpc', chain.http, '--settings', file]
    return promisify(execFile)(process.execPath, [...args, '--out', out, '--json'], {
      env: { ...process.env, DEPLOYER_KEY: undefined, ...environment },
    }).then(
      ({ stdout }) => ({ code: 0, said: stdout, result: JSON.parse(stdout) as Record<string, unknown> }),
      (error: { code: number; stderr: string }) => ({
        code: error.code,
        said: error.stderr,
        result: {} as Record<string, unknown>,
      }),
    )
  }
  const read = () => createPublicClient({ transport: http(chain.http), cacheTime: 0 })
  const nonce = () => read().getTransactionCount({ address: account.address })

  it('says what is wrong with settings and key before anything is sent', async () => {
    const wrong = await run({ ...SETTINGS, liquidity: { ogpu: 'many', eth: '1' }, tresury: '0x' })
    expect(wrong.code).toBe(1)
    expect(wrong.said).toContain('must be a decimal number in quotes')
    expect(wrong.said).toContain('tresury')
    const keyless = await run(SETTINGS, { DEPLOYER_KEY: '0x12' })
    expect(keyless).toMatchObject({ code: 1, said: expect.stringContaining('Set DEPLOYER_KEY') })
    expect(keyless.said).not.toContain('0x12')
    expect(await nonce()).toBe(0)
  })

  it('deploys on a chain that others share with the delays of a public network, and called again sends nothing', async () => {
    const first = await run(SETTINGS)
    expect(first).toMatchObject({ code: 0, result: { made: true, chainId: CHAIN_ID } })
    const parameters = await read().readContract({
      address: first.result.taskMarket as Address,
      abi: taskMarketAbi,
      functionName: 'parameters',
    })
    expect(parameters).toEqual(PUBLIC_MARKET_PARAMETERS)
    const sent = await nonce()
    const written = readFileSync(out, 'utf8')

    const second = await run(SETTINGS)
    expect(second).toMatchObject({ code: 0, result: { made: false, taskMarket: first.result.taskMarket } })
    expect(await nonce()).toBe(sent)
    expect(readFileSync(out, 'utf8')).toBe(written)
  })
})
