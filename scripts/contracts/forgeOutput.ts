import { spawn } from 'node:child_process'
import { ROOT } from '../test/suites.ts'
import { forgeProgram } from './compile.ts'

const running = new Set<ReturnType<typeof spawn>>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM')
})

/** Runs the packaged forge in `cwd` (the root of the project without one); what it wrote to standard output, and its exit status. */
export function forgeOutput(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string = ROOT,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const child = spawn(forgeProgram(), [...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    running.add(child)
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    child.on('close', (code) => {
      running.delete(child)
      resolve({ status: code ?? 1, text })
    })
  })
}
