import { createPublicClient, http } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { createSiweMessage } from 'viem/siwe'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres, type TestDatabase } from '#tests/support/postgres.ts'
import { type Database, openDatabase } from '../db/client.ts'
import { apiKeys, sessions } from '../db/schema/auth.ts'
import { createApiKey, readApiKey, revokeApiKey } from './apiKeys.ts'
import { endSession, readSession, startSession } from './sessions.ts'
import { issueNonce, type SignInExpectation, verifySignIn } from './signIn.ts'

let server: TestDatabase
let database: Database
beforeAll(async () => {
  server = await startPostgres()
  database = openDatabase(server.url)
})
afterAll(async () => {
  await database.close()
  await server.stop()
})

// Nobody answers there: a signature that is not the address's own must be refused without the chain's help.
const publicClient = createPublicClient({ transport: http('http://127.0.0.1:9') })
const expected: SignInExpectation = {
  domains: ['127.0.0.1:3000'],
  origins: ['http://127.0.0.1:3000'],
  chainId: 31337,
}

type Fields = Parameters<typeof createSiweMessage>[0]

/** A message as an honest wallet signs it, with some fields replaced, and the text changed at the end. */
async function signed(change: Partial<Fields> = {}, rewrite: (text: string) => string = (text) => text) {
  const account = privateKeyToAccount(generatePrivateKey())
  const message = rewrite(
    createSiweMessage({
      address: account.address,
      chainId: 31337,
      domain: '127.0.0.1:3000',
      uri: 'http://127.0.0.1:3000',
      version: '1',
      nonce: await issueNonce(database.db),
      issuedAt: new Date(),
      ...change,
    }),
  )
  return { account, message, signature: await account.signMessage({ message }) }
}

describe('sign-in', () => {
  it('accepts a fresh message of this site and returns the lower-case address [case 123]', async () => {
    const { account, message, signature } = await signed()
    const session = await verifySignIn(database.db, publicClient, { message, signature }, expected)
    expect(session).toEqual({ address: account.address.toLowerCase(), chainId: 31337 })
  })

  it('refuses a replay, and also when the first use failed [case 123]', async () => {
    const first = await signed()
    await verifySignIn(database.db, publicClient, first, expected)
    await expect(verifySignIn(database.db, publicClient, first, expected)).rejects.toThrow(/nonce/)

    const failed = await signed()
    const stranger = privateKeyToAccount(generatePrivateKey())
    const wrong = await stranger.signMessage({ message: failed.message })
    await expect(
      verifySignIn(database.db, publicClient, { message: failed.message, signature: wrong }, expected),
    ).rejects.toThrow(/signature/)
    await expect(verifySignIn(database.db, publicClient, failed, expected)).rejects.toThrow(/nonce/)
  })

  it('lets fifty copies of one message in once [case 123]', async () => {
    const input = await signed()
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, () => verifySignIn(database.db, publicClient, input, expected)),
    )
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  })

  const minute = 60_000
  it.each<[string, Partial<Fields>, RegExp]>([
    ['a nonce this server never gave', { nonce: 'abcdefgh12345678' }, /nonce/],
    ['another domain', { domain: 'evil.example' }, /evil\.example/],
    ['another URI', { uri: 'https://evil.example/login' }, /URI/],
    ['another chain', { chainId: 1 }, /chain 1/],
    ['an expired message', { expirationTime: new Date(Date.now() - minute) }, /expired/],
    ['a message that is not valid yet', { notBefore: new Date(Date.now() + minute) }, /not valid yet/],
    ['a message issued an hour ago', { issuedAt: new Date(Date.now() - 60 * minute) }, /issued/],
    ['a message from tomorrow', { issuedAt: new Date(Date.now() + 24 * 60 * minute) }, /issued/],
  ])('refuses %s [case 123]', async (_what, change, reason) => {
    await expect(verifySignIn(database.db, publicClient, await signed(change), expected)).rejects.toThrow(
      reason,
    )
  })

  it.each<[string, (text: string) => string]>([
    ['an injected line after the address', (text) => text.replace(/\n\n/, '\nextra: line\n\n')],
    ['a carriage return', (text) => text.replace('\n', '\r\n')],
    [
      'an address without its checksum',
      (text) => text.replace(/0x[0-9a-fA-F]{40}/, (address) => address.toLowerCase()),
    ],
    ['text behind the message', (text) => `${text}\nResources:\n- not a uri \u0000`],
    ['a version that is not 1', (text) => text.replace('Version: 1', 'Version: 2')],
  ])('refuses %s [case 123]', async (_what, rewrite) => {
    await expect(
      verifySignIn(database.db, publicClient, await signed({}, rewrite), expected),
    ).rejects.toThrow(/refused/)
  })

  it('refuses a message for an address that did not sign it [case 123]', async () => {
    const victim = privateKeyToAccount(generatePrivateKey())
    await expect(
      verifySignIn(database.db, publicClient, await signed({ address: victim.address }), expected),
    ).rejects.toThrow(/signature/)
  })
})

describe('sessions', () => {
  const address = '0x00000000000000000000000000000000000000aa' as const

  it('gives every sign-in a new token of at least 128 random bits and keeps only its hash [case 124]', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 20 }, () => startSession(database.db, { address, chainId: 31337 })),
    )
    expect(new Set(tokens).size).toBe(20)
    for (const token of tokens) expect(Buffer.from(token.slice(4), 'base64url')).toHaveLength(32)
    const rows = await database.db.select().from(sessions)
    for (const row of rows) expect(tokens).not.toContain(row.tokenHash)
  })

  it('ends on the server: a token copied before signing out is worthless, other devices stay [case 124]', async () => {
    const stolen = await startSession(database.db, { address, chainId: 31337 })
    const other = await startSession(database.db, { address, chainId: 31337 })
    await endSession(database.db, stolen)
    expect(await readSession(database.db, stolen)).toBeNull()
    expect(await readSession(database.db, other)).toEqual({ address, chainId: 31337 })
  })

  it('speaks for the address that signed in, whatever the wallet shows later [case 125]', async () => {
    const token = await startSession(database.db, { address, chainId: 31337 })
    expect((await readSession(database.db, token))?.address).toBe(address)
  })

  it('is over once expired', async () => {
    const token = await startSession(database.db, { address, chainId: 31337 })
    await database.db.update(sessions).set({ expiresAt: new Date(Date.now() - 1) })
    expect(await readSession(database.db, token)).toBeNull()
  })
})

describe('API keys', () => {
  const owner = '0x00000000000000000000000000000000000000bb' as const
  const stranger = '0x00000000000000000000000000000000000000cc' as const

  it('is kept as SHA-256 with a short prefix, never as itself [case 127]', async () => {
    const { token } = await createApiKey(database.db, owner, {
      name: 'ci',
      scopes: ['read'],
      expiresAt: null,
    })
    const rows = JSON.stringify(await database.db.select().from(apiKeys))
    expect(rows).not.toContain(token)
    expect(rows).toContain(token.slice(0, 10))
    expect(await readApiKey(database.db, token)).toMatchObject({ address: owner, scopes: ['read'] })
  })

  it('stops working when revoked or expired, and only its owner can revoke it [case 127]', async () => {
    const revoked = await createApiKey(database.db, owner, {
      name: 'a',
      scopes: ['read', 'cancel'],
      expiresAt: null,
    })
    expect(await revokeApiKey(database.db, stranger, revoked.id)).toBe(false)
    expect(await readApiKey(database.db, revoked.token)).not.toBeNull()
    expect(await revokeApiKey(database.db, owner, revoked.id)).toBe(true)
    expect(await readApiKey(database.db, revoked.token)).toBeNull()
    const expired = await createApiKey(database.db, owner, {
      name: 'b',
      scopes: ['read'],
      expiresAt: new Date(Date.now() - 1),
    })
    expect(await readApiKey(database.db, expired.token)).toBeNull()
    expect(await readApiKey(database.db, 'ogk_unknown')).toBeNull()
  })
})
