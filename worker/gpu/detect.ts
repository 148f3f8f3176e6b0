import { execFile } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { promisify } from 'node:util'
import type * as z from 'zod'
import type { deviceSchema } from '#lib/protocol/workerEvents.ts'

export type Device = z.infer<typeof deviceSchema>

const run = promisify(execFile)
const QUERY = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits']
const MIB = 1024 * 1024
const GIB = 1024 * MIB

/** Upper ends of the classes 1 to 4 in bytes of device memory; what is larger is class 5. */
const CLASS_ENDS = [8 * GIB, 24 * GIB, 48 * GIB, 100 * GIB]

/** Reads what `nvidia-smi` prints for QUERY. Lines that are not three fields with a size are left out. */
export function parseNvidiaSmi(text: string): Device[] {
  const devices: Device[] = []
  for (const line of text.split('\n')) {
    const fields = line.split(',').map((field) => field.trim())
    const [driver, memory] = [fields.pop(), fields.pop()]
    const name = fields.join(', ')
    if (name === '' || memory === undefined || driver === undefined || !/^\d+$/.test(memory)) continue
    devices.push({
      kind: 'gpu',
      name: name.slice(0, 200),
      memoryBytes: Number(memory) * MIB,
      cores: 0,
      driver: driver.slice(0, 100),
    })
  }
  return devices
}

/** The processor, named as one. */
function cpuDevice(): Device {
  const cores = cpus()
  return {
    kind: 'cpu',
    name: (cores[0]?.model.trim() || `${process.arch} processor`).slice(0, 200),
    memoryBytes: totalmem(),
    cores: cores.length,
    driver: null,
  }
}

/** GPUs that the driver names, else the CPU, shown as a CPU. */
export async function detectDevices(path: string): Promise<Device[]> {
  try {
    const env = { PATH: path, LC_ALL: 'C' } as unknown as NodeJS.ProcessEnv
    const { stdout } = await run('nvidia-smi', QUERY, { env, timeout: 10_000 })
    const devices = parseNvidiaSmi(stdout)
    if (devices.length > 0) return devices
  } catch {
    // No driver, no GPU.
  }
  return [cpuDevice()]
}

/** The class these devices serve: 0 for a CPU, else by the memory of the smallest GPU (1: below 8 GiB ... 5: 100 GiB and more). */
export function gpuClassOf(devices: readonly Device[]): number {
  const memory = devices.filter((device) => device.kind === 'gpu').map((device) => device.memoryBytes)
  if (memory.length === 0) return 0
  const smallest = Math.min(...memory)
  const index = CLASS_ENDS.findIndex((end) => smallest < end)
  return index === -1 ? 5 : index + 1
}
