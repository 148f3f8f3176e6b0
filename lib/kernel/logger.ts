import { type Logger, pino } from 'pino'

export type { Logger }

/** Keys whose values never reach a log line. */
const SECRET_PATHS = [
  'privateKey',
  'secret',
  'token',
  'authorization',
  'cookie',
  'password',
  'apiKey',
  'salt',
]

/** A structured logger for one room. Level by LOG_LEVEL through the caller; secrets are redacted by key name. */
export function createLogger(name: string, level = 'info'): Logger {
  return pino({
    name,
    level,
    redact: { paths: SECRET_PATHS.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
  })
}
