import { createServer } from 'node:net'

/** A port of `host` that nobody listens on: `preferred` when it is free, else one the system picks. */
export async function freePort(preferred?: number, host = '127.0.0.1'): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred, host))) return preferred
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, host, () => {
      const address = server.address()
      server.close(() => {
        if (address && typeof address === 'object') resolve(address.port)
        else reject(new Error('the system gave no port'))
      })
    })
  })
}

/** Waits until `port` is free again, for a server whose address others already hold. Throws when it stays taken. */
export async function sameFreePort(port: number, host = '127.0.0.1'): Promise<number> {
  for (let waited = 0; waited < 10_000; waited += 100) {
    if (await isFree(port, host)) return port
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`port ${port} is taken by another program`)
}

/** Whether one can listen on `port` of `host` right now. */
export async function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await whyNot(port, host)) === null
}

/** Null when one can listen on `port` of `host` right now, else the system's code for why not, such as EADDRINUSE. */
export function whyNot(port: number, host = '127.0.0.1'): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(null)))
  })
}
