import type { Finding } from './facts.ts'

// Written as escapes so that this file itself stays readable.
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
const INVISIBLE = /[\u00ad\u180e\u200b\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]|[\u200c\u200d]/u
const SUSPECT =
  /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu
const EMOJI = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f/u
const JOINING_SCRIPT = /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}]/u

/** Characters that make a script read differently from how it runs. One finding a line. */
export function hiddenCharacters(text: string): Finding[] {
  const findings: Finding[] = []
  let line = 1
  let lineStart = 0
  let counted = 0
  for (const match of text.matchAll(SUSPECT)) {
    const { index } = match
    if (index === 0 && match[0] === '\ufeff') continue
    if (/[\u200c\u200d]/.test(match[0]) && joins(text, index)) continue
    for (; counted < index; counted++) {
      if (text.charCodeAt(counted) === 0x0a) {
        line++
        lineStart = counted + 1
      }
    }
    if (findings.at(-1)?.place.line === line) continue
    if (findings.length >= 20) break
    findings.push({
      rule: BIDI.test(match[0]) ? 'direction-characters' : 'invisible-characters',
      severity: 'hold',
      message: BIDI.test(match[0])
        ? 'A character that reorders text makes this line read differently from how it runs.'
        : 'An invisible character hides in this line.',
      place: { line, column: index - lineStart + 1 },
    })
  }
  return findings
}

function joins(text: string, index: number): boolean {
  const before = [...text.slice(Math.max(0, index - 4), index)].at(-1) ?? ''
  const after = [...text.slice(index + 1, index + 3)][0] ?? ''
  return (
    (EMOJI.test(before) && EMOJI.test(after)) || (JOINING_SCRIPT.test(before) && JOINING_SCRIPT.test(after))
  )
}

const DANGEROUS =
  /^(?:exec|eval|compile|getattr|setattr|globals|open|system|popen|__import__|__builtins__|subprocess|socket|require|Function|import_module)$/

/** A name that looks like another: letters of two scripts in one word, or compatibility forms of plain letters. */
export function lookAlikeName(name: string): Omit<Finding, 'place'> | null {
  if (/^[\x20-\x7e]*$/.test(name)) return null
  const folded = name.normalize('NFKC')
  if (/^[\x20-\x7e]*$/.test(folded)) {
    const severity = DANGEROUS.test(folded) ? 'reject' : 'hold'
    return {
      rule: 'look-alike-name',
      severity,
      message: `This name is written in look-alike characters and means ${folded}.`,
    }
  }
  if (INVISIBLE.test(name))
    return {
      rule: 'look-alike-name',
      severity: 'hold',
      message: 'An invisible character stands in this name.',
    }
  const latin = /\p{Script=Latin}/u.test(name)
  const other = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u.exec(name)
  if (!latin || other === null) return null
  // Formulas join whole Greek letters to Latin words by underscores (`σ_max`); a disguise puts them inside a word.
  const disguised = name
    .split(/[_\d]+/)
    .some(
      (part) =>
        /\p{Script=Latin}/u.test(part) &&
        /[\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Cherokee}\u03bf\u03c1\u03c5\u03b1\u03b5\u03b9\u03bd]/u.test(
          part,
        ),
    )
  if (!disguised) return null
  return {
    rule: 'look-alike-name',
    severity: 'hold',
    message: 'Letters of two alphabets that look alike stand in one name.',
  }
}
