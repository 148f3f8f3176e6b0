import * as z from 'zod'
import { EMBEDDED_CHAIN_ID } from '../kernel/embeddedChain.ts'
import { type Address, lower } from '../kernel/ids.ts'

/** One variable of the server's environment: how it is read, and why it exists. `.env.example` is made from this table. */
export type Variable = {
  readonly schema: z.ZodType
  /** One sentence for a person who decides whether to set it. */
  readonly reason: string
  /** What `.env.example` shows behind the equals sign. */
  readonly example: string
  /** Secrets are never printed, and a `NAME_FILE` twin may name a file that holds the value. */
  readonly secret?: true
}

const port = z.coerce.number().int().min(1).max(65_535)
const wholeNumber = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum)
const privateKey = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, 'must be 0x and 64 hex digits (a private key)')
  .transform((key) => lower(key) as `0x${string}`)
const addressList = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .pipe(z.array(z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'must be addresses separated by commas')))
  .transform((list) => list.map((address) => lower(address) as Address))
const webSocket = z.url({
  protocol: /^wss?$/,
  error: 'must begin with ws:// or wss:// (blocks are heard, not polled)',
})

export const VARIABLES = {
  DATABASE_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/, error: 'must begin with postgres://' }),
    reason: 'PostgreSQL 14 or newer. Unset: `npm start` runs an embedded server.',
    example: 'postgres://user:password@127.0.0.1:5432/opengpu',
  },
  RPC_URL: {
    schema: webSocket,
    reason: 'WebSocket address of the chain. Unset: `npm start` runs an embedded chain, id 31337.',
    example: 'ws://127.0.0.1:8545',
  },
  CHAIN_ID: {
    schema: wholeNumber(1, 2 ** 50).default(EMBEDDED_CHAIN_ID),
    reason: 'The chain we expect behind RPC_URL; the server refuses to run on another one.',
    example: '31337',
  },
  HOST: {
    schema: z.string().min(1).default('127.0.0.1'),
    reason: 'Address to listen on. Loopback alone unless set; 0.0.0.0 opens it to the network.',
    example: '127.0.0.1',
  },
  PORT: {
    schema: port.default(3000),
    reason: 'Port of site, API and sockets. Unset: 3000, or the next free one.',
    example: '3000',
  },
  OPENGPU_HOME: {
    schema: z.string().min(1).default('./.opengpu'),
    reason:
      'Folder of everything that must outlive a restart: database, chain, keys, artifacts. Two folders make two networks.',
    example: './.opengpu',
  },
  OPENGPU_ROLE: {
    schema: z.enum(['web', 'engine', 'all']).default('all'),
    reason:
      'Which part this process plays: pages and sockets (web), loops over the queue (engine), or both (all).',
    example: 'all',
  },
  PUBLIC_URL: {
    schema: z
      .url({ protocol: /^https?$/ })
      .transform((url) => url.replace(/\/$/, ''))
      .optional(),
    reason:
      'The address people type. Sign-in messages are bound to it and requests from other origins are refused. Unset: the address listened on.',
    example: 'https://opengpu.example',
  },
  PUBLIC_RPC_URL: {
    schema: z.url({ protocol: /^https?$/ }).optional(),
    reason:
      'Address of the chain that browsers and the CLI are told; everybody can read it. Unset: they go through this server, so that the key inside RPC_URL stays here.',
    example: 'https://rpc.example',
  },
  ADMIN_ADDRESSES: {
    schema: addressList.default([]),
    reason: 'Wallets that may open the ops page, separated by commas. Empty: nobody.',
    example: '',
  },
  RELAYER_KEY: {
    schema: privateKey,
    secret: true,
    reason:
      'Key of the account that pays gas for carried messages. Generated on the embedded chain; needed elsewhere.',
    example: '',
  },
  AUCTIONEER_KEY: {
    schema: privateKey,
    secret: true,
    reason:
      'Key that signs instant awards. Generated on the embedded chain; needed elsewhere, and never the same as RELAYER_KEY.',
    example: '',
  },
  CONFIRMATIONS: {
    schema: wholeNumber(1, 1000).optional(),
    reason:
      'Blocks after which results are released and money is called final. Unset: 1 on the embedded chain, 12 elsewhere.',
    example: '',
  },
  DATABASE_POOL: {
    schema: wholeNumber(2, 200).default(20),
    reason: 'Most connections this process opens to PostgreSQL.',
    example: '20',
  },
  LOG_LEVEL: {
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    reason: 'Least severity that is written to the log.',
    example: 'info',
  },
} as const satisfies Record<string, Variable>

export type VariableName = keyof typeof VARIABLES
