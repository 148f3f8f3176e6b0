/** Payment channels: what a voucher costs, whatever it covers. */
import { type Hex, maxUint256, parseEther } from 'viem'
import { type LocalAccount, privateKeyToAccount } from 'viem/accounts'
import type { Row } from '../rows.ts'
import { type Contract, measured } from './meter.ts'

const BATCH = 50
/** The goal of a voucher, in a transaction of its own. */
const CEILING = 48_000
const CUSTOMER = privateKeyToAccount(`0x${'c5'.repeat(32)}`)
const DELEGATE = privateKeyToAccount(`0x${'de'.repeat(32)}`)

export function streamsGas(say: (line: string) => void): Promise<Row[]> {
  return measured('streams', say, async ({ lab, deploy, gas, add }) => {
    const [owner, carrier, provider] = await lab.ask<[Hex, Hex, Hex]>('eth_accounts', [])
    const treasury: Hex = '0x00000000000000000000000000000000000007ea'
    const streams = await deploy(
      'StreamPayments',
      'StreamPayments',
      lab.tokenAddress,
      treasury,
      200n,
      3_600n,
      owner,
      owner,
    )
    const chainId = Number(await lab.ask<Hex>('eth_chainId', []))
    const customer = CUSTOMER.address
    await lab.ask('anvil_setBalance', [customer, '0x56bc75e2d63100000'])
    await lab.ofToken(owner, 'exempt', streams.address, true)
    await lab.ofToken(owner, 'transfer', customer, parseEther('100000'))
    await lab.ofToken(owner, 'transfer', provider, 1n)
    await lab.ofToken(owner, 'transfer', treasury, 1n)
    await lab.ofToken(customer, 'approve', streams.address, maxUint256)

    let channels = 0n
    const open = async (delegate: Hex): Promise<{ channel: bigint; cost: number }> => {
      const cost = await gas(customer, streams, 'open', provider, delegate, parseEther('1000'))
      return { channel: ++channels, cost }
    }
    const redeem = async (channel: bigint, cumulative: bigint, signer: LocalAccount): Promise<number> =>
      gas(
        carrier,
        streams,
        'redeem',
        channel,
        cumulative,
        await sign(streams, chainId, signer, channel, cumulative),
      )

    const nobody: Hex = '0x0000000000000000000000000000000000000000'
    await open(nobody)
    const { channel, cost } = await open(nobody)
    add('open', 'open a channel, allowance kept, the contract holds some', cost)
    add(
      'redeemFirst',
      "a voucher, the provider's first (its word is new)",
      await redeem(channel, parseEther('1'), CUSTOMER),
    )
    const warm = 'the provider was paid before'
    add(
      'redeem',
      `a voucher for one request, ${warm}`,
      await redeem(channel, parseEther('1') + 1n, CUSTOMER),
      {
        ceiling: CEILING,
      },
    )
    add(
      'redeemLarge',
      `a voucher for a million requests, ${warm}`,
      await redeem(channel, 987_654_321_987_654_321_987n, CUSTOMER),
      { ceiling: CEILING },
    )
    const delegated = await open(DELEGATE.address)
    add(
      'redeemDelegate',
      `a voucher signed by the delegate, ${warm}`,
      await redeem(delegated.channel, parseEther('7.5'), DELEGATE),
      { ceiling: CEILING },
    )
    const vouchers = []
    for (let n = 0; n < BATCH; n++) {
      const next = await open(nobody)
      const cumulative = parseEther('7') + BigInt(n)
      const signature = await sign(streams, chainId, CUSTOMER, next.channel, cumulative)
      vouchers.push({ channel: next.channel, cumulative, signature })
    }
    add(
      'redeemBatch',
      `vouchers of ${BATCH} channels in one call, a voucher; ${warm}`,
      (await gas(carrier, streams, 'redeemMany', vouchers)) / BATCH,
    )
    add(
      'withdraw',
      'withdraw part of the balance, the receiver holds some',
      await gas(provider, streams, 'withdraw', parseEther('3'), provider),
    )
    add(
      'sweep',
      'sweep the fees beside one balance, the treasury holds some',
      await gas(carrier, streams, 'sweepFees', [provider]),
    )
    add('close', 'the customer closes', await gas(customer, streams, 'close', channel))
    add(
      'closeAtOnce',
      "the provider closes (refund of the channel's words taken off)",
      await gas(provider, streams, 'close', delegated.channel),
    )
  })
}

function sign(
  streams: Contract,
  chainId: number,
  signer: LocalAccount,
  channel: bigint,
  cumulative: bigint,
): Promise<Hex> {
  return signer.signTypedData({
    domain: {
      name: 'OpenGPU StreamPayments',
      version: '1',
      chainId,
      verifyingContract: streams.address,
    },
    types: {
      Voucher: [
        { name: 'channel', type: 'uint256' },
        { name: 'cumulative', type: 'uint256' },
      ],
    },
    primaryType: 'Voucher',
    message: { channel, cumulative },
  })
}
