import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stripTerminal, terminalStripper } from './terminal.ts'

const ESC = '\u001b'
const BEL = '\u0007'

describe('output of strangers in a log', () => {
  it('[case 131] loses colours, cursor moves and screen clears but keeps its words', () => {
    expect(stripTerminal(`${ESC}[31mred${ESC}[0m ${ESC}[2J${ESC}[1;1Htop${ESC}[?25l`)).toBe('red top')
  })
  it('[case 131] cannot write the clipboard or the title', () => {
    expect(stripTerminal(`a${ESC}]52;c;cm0gLXJmIC8=${BEL}b${ESC}]0;root@bank${ESC}\\c`)).toBe('abc')
  })
  it('[case 131] shows the words of a disguised link without its target', () => {
    expect(stripTerminal(`${ESC}]8;;https://evil.example${ESC}\\bank.example${ESC}]8;;${ESC}\\`)).toBe(
      'bank.example',
    )
  })
  it('[case 131] cannot overwrite a line: each part stays to be read', () => {
    expect(stripTerminal('transfer 1000\rall is well\r\nnext')).toBe('transfer 1000\nall is well\nnext')
    expect(stripTerminal('no\b\byes')).toBe('noyes')
  })
  it('[case 131] knows the one-byte introducers too', () => {
    expect(stripTerminal('\u009b31mred\u009d0;title\u009cend')).toBe('redend')
  })
  it('[case 131] cannot reverse the reading direction', () => {
    expect(stripTerminal('invoice\u202egnp.exe')).toBe('invoicegnp.exe')
  })
  it('[case 131] keeps what follows a sequence that never ends, from the next line on', () => {
    expect(stripTerminal(`x${ESC}]0;never closed\nsecond line`)).toBe('x\nsecond line')
  })
  it('[case 131] finds a sequence that two pieces cut in half', () => {
    const stripper = terminalStripper()
    expect([`a${ESC}`, ']52;c;', `xx${BEL}b\r`, '\nc'].map((piece) => stripper.push(piece)).join('')).toBe(
      'ab\nc',
    )
  })
  it('[case 131] leaves no escape and no control character, whatever comes in', () => {
    const noise = fc.string({
      unit: fc.constantFrom(
        ESC,
        '[',
        ']',
        '8',
        ';',
        'm',
        BEL,
        '\\',
        '\n',
        '\r',
        'x',
        '\u009b',
        '\u0090',
        '\u202e',
        ' ',
        '語',
      ),
    })
    fc.assert(
      fc.property(fc.array(noise), (pieces) => {
        const stripper = terminalStripper()
        for (const text of [
          stripTerminal(pieces.join('')),
          pieces.map((piece) => stripper.push(piece)).join(''),
        ]) {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the point
          expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
        }
      }),
    )
  })
})
