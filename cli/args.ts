/** Options of the sub-commands, by Node's own parser; what it refuses becomes a usage error. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { usage } from './exit.ts'

/** Parses, or throws a usage error in words. */
export function parse<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config)
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error))
  }
}

/** A whole number of at least `least`, or a usage error that names the option. */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < least || Number(text) > most) {
    throw usage(`${option} wants a whole number from ${least} to ${most}, not "${text}".`)
  }
  return Number(text)
}
