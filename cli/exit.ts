/** The exit statuses of the command: scripts rely on them. */
export const EXIT = { settled: 0, jobFailed: 1, usage: 2, network: 3 } as const

/** Ends the command with a sentence on standard error and one of the statuses above. */
export class CliError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, message: string, code = 'cli') {
    super(message)
    this.name = 'CliError'
    this.status = status
    this.code = code
  }
}

/** A call the user got wrong. */
export function usage(message: string): CliError {
  return new CliError(EXIT.usage, message, 'usage')
}
