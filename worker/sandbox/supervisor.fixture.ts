/** A worker in small: opens a room, runs what it is told and says when it runs. Started by tests as a process of its own. */
import { closeInheritedDescriptors } from './descriptors.ts'
import { detectSandbox } from './detect.ts'
import { LIMITS } from './trial.testing.ts'

closeInheritedDescriptors()
const say = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`)

const [uid, path, command, ...args] = process.argv.slice(2)
if (uid !== undefined && uid !== '-') {
  process.setgroups?.([])
  process.setgid?.(Number(uid))
  process.setuid?.(Number(uid))
}
const sandbox = await detectSandbox(path ?? '', [])
say({ found: sandbox.found })
if (sandbox.open !== null && command !== undefined) {
  const room = await sandbox.open(LIMITS)
  let stdout = ''
  let stderr = ''
  const report = await room.run(
    { command, args, env: {}, stdin: null },
    {
      onStart: () => say({ started: true }),
      onOutput: (stream, chunk) => {
        if (stream === 'stdout') stdout += chunk.toString()
        else stderr += chunk.toString()
      },
    },
  )
  await room.close()
  say({ report, stdout, stderr })
}
