import type { Sandbox } from '../sandbox/detect.ts'
import { asker } from './ask.ts'
import { detectNode } from './node.ts'
import { detectPython } from './python.ts'
import { FIXED_ENVIRONMENT, type Runtime } from './runtime.ts'

const TOOLS = ['cc', 'gcc', 'g++', 'make']

export interface Runtimes {
  readonly byName: ReadonlyMap<string, Runtime>
  /** Programs beside the runtimes that jobs may call, such as a C compiler. */
  readonly tools: readonly string[]
}

/** Finds what really runs inside this sandbox. Bare namespaces run Node alone, and no tools: see sandbox/namespaces.ts. */
export async function detectRuntimes(sandbox: Sandbox): Promise<Runtimes> {
  const ask = asker(sandbox)
  const full = sandbox.found.kind === 'bubblewrap'
  const [python, node, ...tools] = await Promise.all([
    full ? detectPython(ask) : null,
    detectNode(ask, sandbox.found),
    ...(full ? TOOLS : []).map(async (tool) => {
      const answer = await ask({ command: tool, args: ['--version'], env: FIXED_ENVIRONMENT, stdin: null })
      return answer === null ? null : tool
    }),
  ])
  const found = [python, node].filter(
    (runtime): runtime is Runtime => runtime !== null && runtime !== undefined,
  )
  return {
    byName: new Map(found.map((runtime) => [runtime.name, runtime])),
    tools: tools.filter((tool): tool is string => tool !== null),
  }
}
