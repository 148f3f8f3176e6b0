import { describe, expect, it } from 'vitest'
import { previewOf } from './preview.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('how a result file is shown', () => {
  it('[case 130] shows markup and SVG as their source, whatever the name says', () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    expect(previewOf('a.svg', bytes(svg))).toEqual({ kind: 'text', type: null, text: svg })
    expect(previewOf('a.png', bytes('<script>alert(1)</script>')).kind).toBe('text')
  })
  it('knows an image by its first bytes', () => {
    expect(previewOf('plot', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0))).toMatchObject(
      { kind: 'image', type: 'image/png' },
    )
  })
  it('sets JSON out in lines and leaves broken JSON as text', () => {
    expect(previewOf('a.json', bytes('{"a":[1]}')).text).toBe('{\n  "a": [\n    1\n  ]\n}')
    expect(previewOf('a.json', bytes('{"a":')).kind).toBe('text')
  })
  it('does not draw bytes as letters', () => {
    expect(previewOf('model.bin', Uint8Array.of(1, 0, 2, 0xff)).kind).toBe('none')
    expect(previewOf('zeros.txt', Uint8Array.of(65, 0, 66)).kind).toBe('none')
  })
})
