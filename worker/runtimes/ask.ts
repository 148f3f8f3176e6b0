import type { Sandbox } from '../sandbox/detect.ts'
import type { Program } from '../sandbox/types.ts'

const MIB = 1024 * 1024

/** Runs a short program inside the sandbox and gives its standard output, or null when it failed. */
export type Ask = (program: Program) => Promise<string | null>

/** An Ask over this sandbox; every question gets a room of its own. */
export function asker(sandbox: Sandbox): Ask {
  return async (program) => {
    if (sandbox.open === null) return null
    const room = await sandbox.open({
      seconds: 30,
      memoryBytes: 512 * MIB,
      processes: 64,
      diskBytes: 16 * MIB,
      files: 64,
      outputBytes: MIB,
    })
    try {
      const chunks: Buffer[] = []
      const report = await room.run(program, {
        onOutput: (stream, chunk) => {
          if (stream === 'stdout') chunks.push(chunk)
        },
      })
      return report.outcome === 'exited' && report.exitCode === 0
        ? Buffer.concat(chunks).toString('utf8')
        : null
    } finally {
      await room.close()
    }
  }
}
