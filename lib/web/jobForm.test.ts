import { describe, expect, it } from 'vitest'
import { withJobForm } from './jobForm.ts'

const MIB = 1024 * 1024

/** A form of so many bytes by its header; its body stays open until `end`. */
function sending(bytes: number, peer: string) {
  let end: () => void = () => undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      end = () => controller.close()
    },
  })
  const headers = {
    'content-type': 'multipart/form-data; boundary=x',
    'content-length': String(bytes),
    'x-opengpu-peer': peer,
  }
  const request = new Request('http://localhost/', {
    method: 'POST',
    headers,
    body,
    duplex: 'half',
  } as RequestInit)
  const answer = withJobForm(request, async () => 'taken').catch((error: { code: string }) => error.code)
  return { answer, end }
}

describe('the bodies of jobs', () => {
  it('[case 134] are read only as far as the memory for all of them and for one peer goes; small ones always', async () => {
    const first = sending(100 * MIB, '192.0.2.1')
    const second = sending(100 * MIB, '192.0.2.1')
    expect(await second.answer, 'one peer has no more than the largest job').toBe('busy')
    const other = sending(129 * MIB, '192.0.2.2')
    const third = sending(60 * MIB, '192.0.2.3')
    expect(await third.answer, 'and all together have two').toBe('busy')
    const small = sending(100_000, '192.0.2.1')
    for (const { end } of [first, other, small]) end()
    const read = await Promise.all([first.answer, other.answer, small.answer])
    expect(read).toEqual(['invalid-form', 'invalid-form', 'invalid-form'])
    const again = sending(100 * MIB, '192.0.2.1')
    again.end()
    expect(await again.answer, 'what was read is free again').toBe('invalid-form')
    expect(await sending(131 * MIB, '192.0.2.9').answer).toBe('too-large')
  })
})
