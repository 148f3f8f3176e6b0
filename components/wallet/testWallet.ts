import { createConnector } from '@wagmi/core'
import { createWalletClient, custom, type Hex, http, numberToHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const KEY = 'wallet.testKey'
const CONNECTED = 'wallet.testConnected'

/**
 * The key of this browser's test wallet; made at first use. It is worth nothing: the connector is offered on the embedded
 * chain id alone, whose coins are made by a faucet.
 */
function testKey(): Hex {
  const kept = localStorage.getItem(KEY)
  if (kept !== null && /^0x[0-9a-f]{64}$/.test(kept)) return kept as Hex
  const key = generatePrivateKey()
  localStorage.setItem(KEY, key)
  return key
}

export const TEST_WALLET_ID = 'opengpu-test'

/** A wallet inside the page for the embedded chain: no extension, no popup, signs at once. */
export function testWalletConnector(options: { name: string; rpcUrl: string }) {
  return createConnector((config) => {
    const chain = config.chains[0]
    const client = () =>
      createWalletClient({ account: privateKeyToAccount(testKey()), chain, transport: http(options.rpcUrl) })
    const provider = custom({
      request: async ({ method, params }: { method: string; params?: unknown }) => {
        if (method === 'eth_accounts' || method === 'eth_requestAccounts') return [client().account.address]
        if (method === 'eth_chainId') return numberToHex(chain.id)
        return client().request({ method, params } as never)
      },
    })
    return {
      id: TEST_WALLET_ID,
      name: options.name,
      type: 'test',
      connect: async <withCapabilities extends boolean = false>() => {
        localStorage.setItem(CONNECTED, '1')
        const address = client().account.address
        return {
          accounts: [address] as never as withCapabilities extends true ? never : never,
          chainId: chain.id,
        }
      },
      disconnect: async () => localStorage.removeItem(CONNECTED),
      getAccounts: async () => [client().account.address],
      getChainId: async () => chain.id,
      getProvider: async () => provider({ chain }),
      getClient: async () => client(),
      isAuthorized: async () => localStorage.getItem(CONNECTED) === '1',
      switchChain: async () => chain,
      onAccountsChanged: () => undefined,
      onChainChanged: () => undefined,
      onDisconnect: () => config.emitter.emit('disconnect'),
    }
  })
}
