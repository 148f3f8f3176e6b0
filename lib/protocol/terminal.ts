/**
 * Makes a program's output safe to show: a log line must not move the cursor, hide text, write the clipboard (OSC 52),
 * disguise a link (OSC 8), change the title or reverse the reading direction. Pages and CLI both print what this returns.
 */

const ESCAPE = '\u001b'

/** Text direction marks that can make a line read differently from what it is. */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
/** Control characters that no terminal prints, tab and line feed apart; the C1 range starts sequences on some terminals. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the point
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g

/** Where the sequence that starts at `start` (an ESC or a C1 introducer) ends, or -1 when the text ends inside it. */
function endOfSequence(text: string, start: number): number {
  const first = text.charAt(start)
  let kind = first
  let at = start + 1
  if (first === ESCAPE) {
    if (at >= text.length) return -1
    kind = text.charAt(at)
    at++
  }
  // CSI: parameters and intermediates, then one final byte.
  if (kind === '[' || kind === '\u009b') {
    while (at < text.length && text.charAt(at) >= ' ' && text.charAt(at) <= '?') at++
    if (at >= text.length) return -1
    return text.charAt(at) >= '@' && text.charAt(at) <= '~' ? at + 1 : at
  }
  // OSC, DCS, SOS, PM and APC carry text until BEL or ST. A line feed ends a broken one, so that it cannot swallow the rest.
  if (']PX^_'.includes(kind) || (first !== ESCAPE && '\u009d\u0090\u0098\u009e\u009f'.includes(kind))) {
    while (at < text.length) {
      const character = text.charAt(at)
      if (character === '\u0007' || character === '\u009c') return at + 1
      if (character === '\n') return at
      if (character === ESCAPE) {
        if (at + 1 >= text.length) return -1
        return text.charAt(at + 1) === '\\' ? at + 2 : at
      }
      at++
    }
    return -1
  }
  // Two-byte sequences, some with an intermediate byte in between (character sets).
  if (first === ESCAPE && kind >= ' ' && kind <= '/') return at < text.length ? at + 1 : -1
  return kind === '\n' ? at - 1 : at
}

function withoutSequences(text: string): { clean: string; rest: string } {
  let clean = ''
  let at = 0
  while (at < text.length) {
    const character = text.charAt(at)
    if (character === ESCAPE || '\u009b\u009d\u0090\u0098\u009e\u009f'.includes(character)) {
      const end = endOfSequence(text, at)
      if (end === -1) return { clean, rest: text.slice(at) }
      at = end
    } else {
      clean += character
      at++
    }
  }
  return { clean, rest: '' }
}

/** A carriage return or a backspace would overwrite what stands there; each overwritten part becomes a line of its own. */
function inert(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replace(DIRECTION, '').replace(CONTROL, '')
}

/** The whole text without any terminal control; an unfinished sequence at its end is dropped. */
export function stripTerminal(text: string): string {
  return inert(withoutSequences(text).clean)
}

/** The longest unfinished sequence kept between two pieces of a stream. */
const LONGEST_REST = 4096

/** Strips a stream piece by piece: a sequence cut in two by the pieces is still found. Call `push` in order; one per stream. */
export function terminalStripper(): { push: (piece: string) => string } {
  let rest = ''
  return {
    push: (piece) => {
      let text = rest + piece
      // A carriage return at the end may be the first half of a line end.
      const heldReturn = text.endsWith('\r')
      if (heldReturn) text = text.slice(0, -1)
      const result = withoutSequences(text)
      rest = result.rest.length > LONGEST_REST ? '' : result.rest
      if (heldReturn) rest += '\r'
      return inert(result.clean)
    },
  }
}
