import { type ChainOptions, startChainServer } from '#lib/process/embedded/chain.ts'
import { startGuard } from '#lib/process/embedded/guard.ts'

export type TestChain = {
  /** WebSocket address. */
  readonly url: string
  readonly http: string
  readonly pid: number
  /** Ends it cleanly (writes the state when a folder was given). */
  readonly stop: () => Promise<void>
  /** SIGKILL: everything since the last written state is lost. */
  readonly kill: () => Promise<void>
}

/** A fresh local chain, id 31337, one block a transaction, ten funded accounts of the well-known test mnemonic. */
export async function startAnvil(options: ChainOptions = {}): Promise<TestChain> {
  // A runner that is killed must not leave chains behind.
  const [chain, guard] = await Promise.all([startChainServer(options), startGuard()])
  guard.watch(chain.child, 'SIGTERM', 1_000)
  return {
    url: chain.url,
    http: chain.http,
    pid: chain.child.pid,
    stop: async () => {
      await chain.stop()
      await guard.stop()
    },
    kill: async () => {
      chain.child.process.kill('SIGKILL')
      await chain.child.exited
      await guard.stop()
    },
  }
}
