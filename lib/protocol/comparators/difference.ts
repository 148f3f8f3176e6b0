/** One output of a run: a declared file or standard output, by name. */
export interface Output {
  name: string
  bytes: Uint8Array
}

/** Where two outputs part. Lines, columns (in bytes) start at 1; byte offsets at 0; JSON paths at `$`. */
export type DifferenceAt =
  | { kind: 'output' }
  | { kind: 'byte'; offset: number }
  | { kind: 'line'; line: number; column: number }
  | { kind: 'json'; path: string }

/**
 * Why they differ: an output only one side has; bytes or text; two numbers further apart than the tolerance; different
 * JSON types; arrays of different length; a key only one side has; or different outputs above the size up to which
 * numbers are compared.
 */
export type DifferenceWhy =
  | 'missingOutput'
  | 'text'
  | 'number'
  | 'type'
  | 'length'
  | 'missingKey'
  | 'tooLarge'

/** The first difference of two runs. `left` and `right` are short excerpts, control characters escaped; '' where there is nothing. */
export interface Difference {
  name: string
  at: DifferenceAt
  left: string
  right: string
  why: DifferenceWhy
}

const EXCERPT_BYTES = 80

/** A short excerpt around a byte offset, from the start of its line if near, with anything but printable ASCII and plain UTF-8 letters escaped. */
export function excerptAt(bytes: Uint8Array, offset: number): string {
  let start = offset
  while (start > 0 && offset - start < EXCERPT_BYTES / 2 && bytes[start - 1] !== 0x0a) start--
  let end = offset
  while (end < bytes.length && end - start < EXCERPT_BYTES && bytes[end] !== 0x0a) end++
  return escapeText(new TextDecoder().decode(bytes.subarray(start, end)))
}

/** Cuts a text to a length fit for people and escapes what would not be seen or could reorder the line. */
export function escapeText(text: string, longest = 120): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return cut.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}

/** The place of a byte offset: line and column when the bytes before it are text, else the offset. */
export function placeOf(bytes: Uint8Array, offset: number): DifferenceAt {
  let line = 1
  let lineStart = 0
  const end = Math.min(offset, bytes.length)
  for (let i = 0; i < end; i++) {
    if (bytes[i] === 0) return { kind: 'byte', offset }
    if (bytes[i] === 0x0a) {
      line++
      lineStart = i + 1
    }
  }
  if (bytes[end] === 0) return { kind: 'byte', offset }
  return { kind: 'line', line, column: offset - lineStart + 1 }
}

/** The place for people and wires: `line 3, column 7`, `byte 120`, a JSON path, or '' for a whole output. */
export function placeText(at: DifferenceAt): string {
  if (at.kind === 'line') return `line ${at.line}, column ${at.column}`
  if (at.kind === 'byte') return `byte ${at.offset}`
  return at.kind === 'json' ? at.path : ''
}

/** One English line about a difference, for the command line and logs. */
export function describeDifference(difference: Difference): string {
  const { name, left, right, why } = difference
  if (why === 'missingOutput') return `${name}: only one of the two runs has this output`
  const reason = {
    text: 'the text differs',
    number: 'the numbers are further apart than the tolerance',
    type: 'the values are of different types',
    length: 'the lists have different lengths',
    missingKey: 'only one side has this key',
    tooLarge: 'the bytes differ and the output is too large to compare numbers',
  }[why]
  return `${name} ${placeText(difference.at)}: ${reason}: "${left}" against "${right}"`
}
