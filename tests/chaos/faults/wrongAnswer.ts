/** Runs the program and reports another output than it printed. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HONEST_STEPS } from '#worker/attempt/steps.ts'
import { claim, runNode } from './node.ts'

await runNode({
  async execute(bench, input, hooks) {
    const honest = await HONEST_STEPS.execute(bench, input, hooks)
    if (input.grant.role === 'check') return honest
    const stdout = honest.manifest.artifacts.find(({ kind }) => kind === 'stdout')
    const text = stdout === undefined ? '' : await readFile(join(input.spool, stdout.sha256), 'utf8')
    return claim(input, `${text}and 1 more\n`)
  },
})
