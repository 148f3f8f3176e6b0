/**
 * Ends what a supervisor leaves behind. It holds a pipe to the supervisor and a list of its children; when the pipe
 * closes (the supervisor ended, even by SIGKILL) it ends those still listed, rank by rank, and then itself. It sits in a
 * session of its own, so that no key press or closed terminal reaches it.
 *
 * Lines it reads: `+ PID SIGNAL GRACE_MS RANK` (watch; a lower rank ends earlier) and `- PID` (forget).
 */
import { createInterface } from 'node:readline'

const children = new Map()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [sign, pid, signal, grace, rank] = line.split(' ')
    if (sign === '+') children.set(Number(pid), { signal, grace: Number(grace), rank: Number(rank) })
    else children.delete(Number(pid))
  })
  .on('close', async () => {
    const ranks = [...new Set([...children.values()].map((child) => child.rank))].sort((a, b) => a - b)
    for (const rank of ranks) {
      const those = [...children].filter(([, child]) => child.rank === rank)
      await Promise.all(those.map(([pid, child]) => end(pid, child.signal, child.grace)))
    }
    process.exit(0)
  })

/** The children lost their parent, so none becomes a zombie here: gone means gone. */
async function end(pid, signal, grace) {
  if (!send(pid, signal)) return
  for (let waited = 0; waited < grace; waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    if (!send(pid, 0)) return
  }
  send(pid, 'SIGKILL')
}

function send(pid, signal) {
  try {
    process.kill(pid, signal)
    return true
  } catch {
    return false
  }
}
