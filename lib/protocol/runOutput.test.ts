import { expect, it } from 'vitest'
import type { Comparator } from './comparators/schema.ts'
import type { Manifest } from './jobSpec.ts'
import { comparedOutputs, isSuccess, unwrittenOutputs } from './runOutput.ts'

const sha256 = 'a'.repeat(64)
const wrote = (exitCode: number | null, ...names: string[]): Manifest => ({
  exitCode,
  artifacts: [
    { kind: 'stdout', name: 'stdout', sha256, bytes: 1 },
    ...names.map((name) => ({ kind: 'file' as const, name, sha256, bytes: 1 })),
  ],
})
const onFiles: Comparator = { method: 'exact', on: { kind: 'files', names: ['model.json', 'score.txt'] } }
const onStdout: Comparator = { method: 'exact', on: { kind: 'stdout' } }

it('a run that wrote every compared file and ended with 0 is a success', () => {
  expect(isSuccess(onFiles, wrote(0, 'score.txt', 'model.json', 'other'))).toBe(true)
  expect(isSuccess(onStdout, wrote(0))).toBe(true)
})

it('a run that did not write a compared file is a failure, though it ended with 0: nothing of it could be checked', () => {
  expect(isSuccess(onFiles, wrote(0))).toBe(false)
  expect(isSuccess(onFiles, wrote(0, 'model.json'))).toBe(false)
  expect(unwrittenOutputs(onFiles.on, wrote(0, 'model.json'))).toEqual(['score.txt'])
})

it('an exit code other than 0, or none, is a failure whatever was written', () => {
  expect(isSuccess(onStdout, wrote(1))).toBe(false)
  expect(isSuccess(onFiles, wrote(null, 'model.json', 'score.txt'))).toBe(false)
})

it('a file named like standard output is not standard output', () => {
  const manifest: Manifest = { exitCode: 0, artifacts: [{ kind: 'file', name: 'stdout', sha256, bytes: 1 }] }
  expect(comparedOutputs({ kind: 'stdout' }, manifest)).toEqual([])
})
