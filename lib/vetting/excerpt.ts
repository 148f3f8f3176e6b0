const LONGEST = 160

/**
 * A line as people may safely see it: cut around the column, and everything that hides or reorders text
 * escaped; with `asciiOnly` also every letter that could be taken for another.
 */
export function excerptOf(line: string, column: number, asciiOnly = false): string {
  const start = column > LONGEST / 2 ? column - 40 : 0
  const cut = line.slice(start, start + LONGEST).replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '')
  const suspect = asciiOnly ? /[^\x20-\x7e]/gu : /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu
  const shown = cut.replace(suspect, (character) =>
    character === '\t' ? '  ' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
  return `${start > 0 ? '…' : ''}${shown}${line.length > start + LONGEST ? '…' : ''}`.slice(0, 400).trim()
}
