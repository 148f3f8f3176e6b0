import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Device, detectDevices, gpuClassOf, parseNvidiaSmi } from './detect.ts'

test('each line of nvidia-smi is a device, in bytes, and junk is none', () => {
  const text =
    'NVIDIA H200, 143771, 570.86.15\nNVIDIA GeForce RTX 4090, 24564, 570.86.15\n\nFailed to initialize NVML: Driver/library version mismatch\n[N/A], [N/A], 1\n'
  expect(parseNvidiaSmi(text)).toEqual([
    { kind: 'gpu', name: 'NVIDIA H200', memoryBytes: 143771 * 1024 * 1024, cores: 0, driver: '570.86.15' },
    {
      kind: 'gpu',
      name: 'NVIDIA GeForce RTX 4090',
      memoryBytes: 24564 * 1024 * 1024,
      cores: 0,
      driver: '570.86.15',
    },
  ])
})

test('a machine whose driver answers shows its GPUs; without one, or with a failing one, its CPU as a CPU', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'driver-'))
  try {
    const tool = join(folder, 'nvidia-smi')
    writeFileSync(tool, '#!/bin/sh\necho "Some GPU, 8192, 1.0"\n')
    chmodSync(tool, 0o755)
    const path = `${folder}:/usr/bin:/bin`
    expect(await detectDevices(path)).toMatchObject([{ kind: 'gpu', name: 'Some GPU' }])
    writeFileSync(tool, '#!/bin/sh\necho "NVIDIA-SMI has failed"; exit 9\n')
    for (const where of [path, '/nonexistent']) {
      const devices = await detectDevices(where)
      expect(devices).toHaveLength(1)
      expect(devices[0]).toMatchObject({ kind: 'cpu', driver: null })
      expect(devices[0]?.cores).toBeGreaterThan(0)
      expect(gpuClassOf(devices)).toBe(0)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.each([
  [[], 0],
  [[7.9], 1],
  [[8], 2],
  [[23], 2],
  [[24], 3],
  [[47], 3],
  [[80], 4],
  [[141], 5],
  [[141, 12], 2],
])('GPUs of %j GiB serve class %i', (sizes, expected) => {
  const devices = sizes.map(
    (size): Device => ({ kind: 'gpu', name: 'g', memoryBytes: size * 1024 ** 3, cores: 0, driver: '1' }),
  )
  expect(gpuClassOf(devices)).toBe(expected)
})
