/**
 * The one thing that the server's modules and Next's modules share. They are separate instances of every module, so state
 * in a module variable would exist twice; one typed slot on globalThis exists once.
 */
import type { Chain } from '../chain/client.ts'
import type { Config } from '../config/config.ts'
import type { Created, NewJob } from '../jobs/create.ts'
import type { JobsCtx } from '../jobs/ctx.ts'
import type { Address } from '../kernel/ids.ts'
import type { HealthView } from '../protocol/views.ts'

/** What pages, actions and routes may use of the running process. */
export interface Runtime extends JobsCtx {
  readonly config: Config
  readonly chain: Chain
  /** The wallet that carries signed messages to the chain. */
  readonly relayer: Address
  readonly site: { readonly publicUrl: string | null; readonly port: number }
  isAdmin(address: Address): boolean
  /** Takes an order: see lib/jobs/create.ts. */
  createJob(input: NewJob): Promise<Created>
  health(): Promise<HealthView>
}

const SLOT = Symbol.for('opengpu.runtime')
type Slotted = { [SLOT]?: Runtime }

/** Called once, by the composition root. */
export function shareRuntime(runtime: Runtime): void {
  ;(globalThis as Slotted)[SLOT] = runtime
}

/** The running process. Throws while there is none (a build, a script): nothing may need it there. */
export function runtime(): Runtime {
  const found = (globalThis as Slotted)[SLOT]
  if (found === undefined) throw new Error('the network is not running in this process')
  return found
}
