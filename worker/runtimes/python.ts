import * as z from 'zod'
import type { Ask } from './ask.ts'
import { FIXED_ENVIRONMENT, type Runtime } from './runtime.ts'

/** The system's interpreter: one in somebody's home folder is invisible inside the sandbox. */
const PYTHON = '/usr/bin/python3'

const LIST_MODULES = `
import json, pkgutil, platform, sys
names = set(sys.builtin_module_names) | set(getattr(sys, "stdlib_module_names", ()))
names |= {module.name for module in pkgutil.iter_modules()}
print(json.dumps({"version": platform.python_version(), "modules": sorted(n for n in names if n.isidentifier())}))
`

const answerSchema = z.object({
  version: z.string().max(50),
  modules: z.array(z.string().max(200)).max(5000),
})

/** Python, or null when the sandbox has none. Asks the interpreter inside which modules it can import. */
export async function detectPython(ask: Ask): Promise<Runtime | null> {
  const answer = await ask({
    command: PYTHON,
    args: ['-I', '-c', LIST_MODULES],
    env: FIXED_ENVIRONMENT,
    stdin: null,
  })
  if (answer === null) return null
  const { version, modules } = answerSchema.parse(JSON.parse(answer))
  return {
    name: 'python',
    version,
    modules,
    program: (entry, args, stdin) => ({
      command: PYTHON,
      args: [`/job/${entry}`, ...args],
      env: FIXED_ENVIRONMENT,
      stdin,
    }),
  }
}
