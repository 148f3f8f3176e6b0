import { messageOf } from '#lib/kernel/errors.ts'

/** Printed and counted steps. A failure carries the step's name and what to do next. */
export class StepFailed extends Error {}

const DIM = '\u001b[2m'
const GREEN = '\u001b[32m'
const RED = '\u001b[31m'
const RESET = '\u001b[0m'

function paint(color: string, text: string): string {
  return process.stdout.isTTY && process.env.NO_COLOR === undefined ? `${color}${text}${RESET}` : text
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/**
 * Does one step of the start and prints how long it took. `work` may return a few words on what came of it. When it
 * fails, `advice` says what to do.
 */
export async function step<T>(
  name: string,
  work: () => Promise<T>,
  words: (value: T) => string = () => '',
  advice = '',
): Promise<T> {
  const began = performance.now()
  const seconds = (): string => paint(DIM, `${((performance.now() - began) / 1000).toFixed(1)} s`)
  if (process.stdout.isTTY) process.stdout.write(`  ${name} ...`)
  const clear = process.stdout.isTTY ? '\r\u001b[K' : ''
  try {
    const value = await work()
    const said = words(value)
    say(`${clear}${paint(GREEN, '✓')} ${name}${said === '' ? '' : `: ${said}`}  ${seconds()}`)
    return value
  } catch (error) {
    say(`${clear}${paint(RED, '✗')} ${name}  ${seconds()}`)
    throw new StepFailed(`${messageOf(error)}${advice === '' ? '' : `\n${advice}`}`, { cause: error })
  }
}
