/** The embedded servers of a network, kept running: the real PostgreSQL and the local chain. */
import { join } from 'node:path'
import { EMBEDDED_CHAIN_ID } from '#lib/kernel/embeddedChain.ts'
import { messageOf } from '#lib/kernel/errors.ts'
import { type RunningChain, startChainServer } from '#lib/process/embedded/chain.ts'
import type { Guard } from '#lib/process/embedded/guard.ts'
import { type RunningPostgres, startPostgresServer } from '#lib/process/embedded/postgres.ts'
import { keepRunning, type Service } from '#lib/process/embedded/service.ts'
import { step } from './progress.ts'
import type { RunRecorder } from './runFile.ts'

type Options = {
  readonly home: string
  readonly guard: Guard
  readonly say: (line: string) => void
}

/** `last` is the address of the last run, whose port is taken again when it is free. */
export function startDatabase(
  options: Options,
  record: RunRecorder,
  last: string | undefined,
): Promise<Service<RunningPostgres>> {
  return step(
    'PostgreSQL',
    () =>
      keepRunning({
        name: 'PostgreSQL',
        rank: 3,
        onStart: ({ child, url }) => record.note({ postgres: child.pid, databaseUrl: url }),
        guard: options.guard,
        signal: 'SIGINT',
        graceMilliseconds: 15_000,
        say: options.say,
        start: (previous) =>
          startPostgresServer({
            folder: join(options.home, 'postgres'),
            database: 'opengpu',
            ...portOf(previous?.port ?? portIn(last)),
            samePort: previous !== null,
          }),
      }),
    (service) => {
      const { binaries, port: taken } = service.current()
      return `${binaries.source === 'npm' ? 'packaged' : 'system'} ${binaries.major} on port ${taken}`
    },
  )
}

/** `last` as above. */
export function startChain(
  options: Options,
  record: RunRecorder,
  last: string | undefined,
): Promise<Service<RunningChain>> {
  return step(
    'Local chain',
    () =>
      keepRunning({
        name: 'The local chain',
        rank: 2,
        onStart: ({ child, url }) => record.note({ chain: child.pid, rpcUrl: url }),
        guard: options.guard,
        signal: 'SIGTERM',
        graceMilliseconds: 15_000,
        say: options.say,
        start: (previous) =>
          startChainServer({
            folder: join(options.home, 'chain'),
            idleBlocks: { busyMilliseconds: 1_000, idleMilliseconds: 5_000 },
            ...portOf(previous?.port ?? portIn(last)),
            samePort: previous !== null,
            onProblem: (error) => options.say(`The chain's state could not be saved: ${messageOf(error)}`),
          }),
      }),
    (service) => `id ${EMBEDDED_CHAIN_ID} on port ${service.current().port}`,
  )
}

function portOf(port: number | null): { preferredPort?: number } {
  return port === null || port === 0 ? {} : { preferredPort: port }
}

function portIn(url: string | undefined): number | null {
  return url !== undefined && URL.canParse(url) ? Number(new URL(url).port) : null
}
