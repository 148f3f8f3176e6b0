import { realpathSync } from 'node:fs'
import * as z from 'zod'
import { EXTRA_BIN, type ExtraProgram } from '../sandbox/inside.ts'
import type { SandboxFound } from '../sandbox/types.ts'
import type { Ask } from './ask.ts'
import { FIXED_ENVIRONMENT, type Runtime } from './runtime.ts'

const LIST_MODULES = `
const { builtinModules } = require('node:module')
console.log(JSON.stringify({ version: process.versions.node, modules: builtinModules.filter((name) => !name.startsWith('_')).sort() }))
`
const answerSchema = z.object({
  version: z.string().max(50),
  modules: z.array(z.string().max(200)).max(5000),
})

/** Of the memory limit, what V8 may fill before it collects harder. The rest is for buffers and the program itself. */
const HEAP_SHARE = 0.75
const MIB = 1024 * 1024

/** The Node that runs this worker, as the sandbox has to show it: below /usr it is there already. */
export function nodeBinary(execPath: string = process.execPath): { command: string; extra: ExtraProgram[] } {
  const real = realpathSync(execPath)
  if (real.startsWith('/usr/')) return { command: real, extra: [] }
  return { command: `${EXTRA_BIN}/node`, extra: [{ source: real, name: 'node' }] }
}

/**
 * Flags that switch Node's own permission model on, for the sandbox that has no system call filter; null when this Node
 * has none. It takes away child processes, threads, native addons and WASI. Files stay allowed: the mount namespace
 * already shows none but the job's and the read-only system (and Node 20 crashes on some lists of paths).
 */
function permissionFlags(): string[] | null {
  const flag = ['--permission', '--experimental-permission'].find((name) =>
    process.allowedNodeEnvironmentFlags.has(name),
  )
  if (flag === undefined) return null
  return [flag, '--disable-warning=ExperimentalWarning', '--allow-fs-read=*', '--allow-fs-write=*']
}

/** Node.js, or null when it does not run inside or cannot be held there. */
export async function detectNode(ask: Ask, sandbox: SandboxFound): Promise<Runtime | null> {
  const { command } = nodeBinary()
  const flags = sandbox.kind === 'namespaces' ? permissionFlags() : []
  if (flags === null) return null
  const answer = await ask({
    command,
    args: [...flags, '-e', LIST_MODULES],
    env: FIXED_ENVIRONMENT,
    stdin: null,
  })
  if (answer === null) return null
  const { version, modules } = answerSchema.parse(JSON.parse(answer))
  return {
    name: 'node',
    version,
    modules,
    program: (entry, args, stdin, limits) => {
      const heap = `--max-old-space-size=${Math.max(16, Math.floor((limits.memoryBytes * HEAP_SHARE) / MIB))}`
      return { command, args: [...flags, heap, `/job/${entry}`, ...args], env: FIXED_ENVIRONMENT, stdin }
    },
  }
}
