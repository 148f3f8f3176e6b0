import { messageOf } from '#lib/kernel/errors.ts'

/** What has been started, ended in the opposite order. */
export type Started = {
  /** Keeps a service for the end; when the end has come meanwhile, ends it at once and throws. */
  readonly hold: <T extends { readonly stop: () => Promise<void> }>(service: T) => Promise<T>
  readonly stop: () => Promise<void>
}

export function nothingStarted(say: (line: string) => void): Started {
  const stops: (() => Promise<void>)[] = []
  let ended = false
  return {
    hold: async (service) => {
      if (ended) {
        await service.stop()
        throw new Error('stopped while starting')
      }
      stops.push(service.stop)
      return service
    },
    stop: async () => {
      ended = true
      for (const end of stops.splice(0).reverse()) await end().catch((error) => say(messageOf(error)))
    },
  }
}
