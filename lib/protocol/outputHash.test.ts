import { describe, expect, it } from 'vitest'
import { outputHash } from './outputHash.ts'

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)

describe('outputHash', () => {
  it('is fixed for good', () => {
    expect(outputHash({ exitCode: 0, outputs: [{ name: 'stdout', sha256: A }] })).toBe(
      '0xd5f77dfc2ebcbc5a445c54093c8d7ffb4a1fd290d4140728ba42e054a354a5cd',
    )
  })
  it('does not depend on the order of outputs or the spelling of a hash', () => {
    const one = outputHash({
      exitCode: 1,
      outputs: [
        { name: 'a', sha256: A },
        { name: 'b', sha256: B },
      ],
    })
    const other = outputHash({
      exitCode: 1,
      outputs: [
        { name: 'b', sha256: `0x${B.toUpperCase()}` },
        { name: 'a', sha256: A },
      ],
    })
    expect(other).toBe(one)
  })
  it('changes with the exit code, a name and a content', () => {
    const hashes = [
      outputHash({ exitCode: 0, outputs: [{ name: 'a', sha256: A }] }),
      outputHash({ exitCode: 1, outputs: [{ name: 'a', sha256: A }] }),
      outputHash({ exitCode: 0, outputs: [{ name: 'b', sha256: A }] }),
      outputHash({ exitCode: 0, outputs: [{ name: 'a', sha256: B }] }),
      outputHash({ exitCode: 0, outputs: [] }),
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
  })
  it('refuses what is no run', () => {
    expect(() => outputHash({ exitCode: 0.5, outputs: [] })).toThrow(RangeError)
    expect(() => outputHash({ exitCode: 0, outputs: [{ name: 'a', sha256: 'zz' }] })).toThrow(RangeError)
    const twice = { name: 'a', sha256: A }
    expect(() => outputHash({ exitCode: 0, outputs: [twice, twice] })).toThrow(RangeError)
  })
})
