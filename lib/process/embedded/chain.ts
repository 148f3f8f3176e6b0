import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EMBEDDED_CHAIN_ID } from '#lib/kernel/embeddedChain.ts'
import { chainFiles, prepareState, saveState, startStateSaver } from './chainState.ts'
import { lineWatch, type OwnedChild, spawnOwned } from './child.ts'
import { foundryProgram } from './foundry.ts'
import { endStranger } from './leftover.ts'
import { freePort, sameFreePort } from './ports.ts'
import { rpc } from './rpc.ts'

export type RunningChain = {
  /** WebSocket address. */
  readonly url: string
  readonly http: string
  readonly port: number
  readonly child: OwnedChild
  /** Clean end: the state is written once more. */
  readonly stop: () => Promise<void>
}

export type ChainOptions = {
  /** Where the chain's state is kept between runs; without it the chain lives in memory alone. */
  readonly folder?: string
  /** Makes a block when none came for so long, so that chain time moves on an idle chain. Absent: no idle blocks. */
  readonly idleBlocks?: { readonly busyMilliseconds: number; readonly idleMilliseconds: number }
  readonly preferredPort?: number
  /** Insist on that port: somebody already uses the address. */
  readonly samePort?: boolean
  readonly extraArguments?: readonly string[]
  /** Told when the state could not be saved; the chain goes on. */
  readonly onProblem?: (error: unknown) => void
}

/** How long after the last transaction the chain still counts as busy. */
const BUSY_FOR = 60_000
/** How long the last save may take when the chain is ended. */
const SAVE_WITHIN = 15_000
/** Historical states kept in memory: enough for a reorganisation and for reads that trail the head. */
const STATES_IN_MEMORY = 512

function anvilProgram(): string {
  const program = foundryProgram('anvil')
  if (program !== null) return program
  throw new Error(
    `The local chain's program (@foundry-rs/anvil) is not installed for ${process.platform} on ${process.arch}: run \`npm ci\`, or set RPC_URL to a chain of your own.`,
  )
}

/** Starts a local EVM chain on loopback, from its kept state when there is one, and waits until it listens. */
export async function startChainServer(options: ChainOptions = {}): Promise<RunningChain> {
  const args = [
    '--host',
    '127.0.0.1',
    '--chain-id',
    String(EMBEDDED_CHAIN_ID),
    '--accounts',
    '10',
    '--balance',
    '1000000',
  ]
  args.push('--prune-history', String(STATES_IN_MEMORY), ...(options.extraArguments ?? []))
  const files = options.folder === undefined ? null : chainFiles(options.folder)
  if (files && options.folder !== undefined) {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 })
    await endStranger(join(options.folder, 'pid'), files.onExit, 'SIGTERM')
    prepareState(files)
    if (existsSync(files.kept)) args.push('--load-state', files.kept)
    args.push('--dump-state', files.onExit)
  }
  const port =
    options.samePort && options.preferredPort !== undefined
      ? await sameFreePort(options.preferredPort)
      : await freePort(options.preferredPort)
  const watch = lineWatch((line) => {
    const match = /^Listening on .*:(\d+)$/.exec(line)
    return match ? Number(match[1]) : undefined
  })
  const child = await spawnOwned(anvilProgram(), [...args, '--port', String(port)], {
    cwd: '/',
    onLine: watch.onLine,
  })
  if (options.folder !== undefined) writeFileSync(join(options.folder, 'pid'), String(child.pid))
  try {
    await watch.wait(child, 'The local chain', 60_000)
  } catch (error) {
    await child.stop('SIGTERM', 5_000)
    throw error
  }
  const http = `http://127.0.0.1:${port}`
  const saver = files ? startStateSaver(http, files.kept, options.onProblem ?? (() => {})) : null
  const pulse = saver || options.idleBlocks ? startPulse(http, child, options, () => saver?.touch()) : null
  return {
    url: `ws://127.0.0.1:${port}`,
    http,
    port,
    child,
    stop: async () => {
      // A chain that no longer answers is ended all the same, with the state of its last save.
      await within(SAVE_WITHIN, async () => {
        await pulse?.stop()
        await saver?.stop()
        if (!files || child.hasExited()) return
        // No block may come between the last save and the end.
        await rpc(http, 'evm_setAutomine', [false])
        await saveState(http, files.kept)
      }).catch(options.onProblem ?? (() => {}))
      await child.stop('SIGTERM', 5_000)
    },
  }
}

/** Rejects when `work` takes longer than `milliseconds`; the work itself is left to end by itself. */
async function within(milliseconds: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds)
  })
  try {
    await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}

type Head = { readonly number: string; readonly transactions: readonly string[] }

/** Sees every new block, tells the saver of it, and makes one when the chain was still for too long. */
function startPulse(
  http: string,
  child: OwnedChild,
  options: ChainOptions,
  onBlock: () => void,
): { stop: () => Promise<void> } {
  let stopped = false
  let lastNumber = ''
  let lastBlockAt = performance.now()
  let lastWorkAt = performance.now()
  const loop = (async () => {
    while (!stopped && !child.hasExited()) {
      try {
        const head = await rpc<Head>(http, 'eth_getBlockByNumber', ['latest', false])
        const now = performance.now()
        if (head.number !== lastNumber) {
          lastNumber = head.number
          lastBlockAt = now
          if (head.transactions.length > 0) lastWorkAt = now
          onBlock()
        }
        const idle = options.idleBlocks
        if (idle) {
          const patience = now - lastWorkAt < BUSY_FOR ? idle.busyMilliseconds : idle.idleMilliseconds
          if (now - lastBlockAt >= patience) await rpc(http, 'evm_mine')
        }
      } catch {
        // A chain that is stopped, paused or gone is noticed by its supervisor; the pulse goes on when it answers again.
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })()
  return {
    stop: async () => {
      stopped = true
      await loop
    },
  }
}
