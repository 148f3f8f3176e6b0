/**
 * Names of files that cross between strangers' machines: the one rule for what a customer may send in and what a job may
 * hand out. A name is a relative path of plain segments, so that it means the same on every system and can never leave
 * its folder.
 */
import * as z from 'zod'

const RESERVED_ON_WINDOWS = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$/i
// Letters, digits and the usual marks; no control, bidi, quote, wildcard, colon, backslash.
const SEGMENT = /^[\p{L}\p{N}_@+=,()[\] .~#%&^$!-]+$/u

/** Why a name is refused, or null when it is fine. */
export function artifactNameProblem(name: string): string | null {
  if (name.length === 0) return 'the name is empty'
  if (new TextEncoder().encode(name).length > 512) return 'the name is longer than 512 bytes'
  if (name.startsWith('/') || /^[a-z]:/i.test(name)) return 'the name is an absolute path'
  if (name.includes('\\')) return 'the name has a backslash'
  if (name !== name.normalize('NFC')) return 'the name is not in Unicode normal form C'
  for (const segment of name.split('/')) {
    if (segment === '' || segment === '.' || segment === '..')
      return 'the name has an empty, "." or ".." segment'
    if (segment.startsWith('-')) return 'a segment of the name starts with "-"'
    if (segment.endsWith(' ') || segment.endsWith('.'))
      return 'a segment of the name ends with a space or a dot'
    if (!SEGMENT.test(segment)) return 'the name has a character that is not allowed'
    if (RESERVED_ON_WINDOWS.test(segment)) return 'a segment of the name is reserved on some systems'
  }
  return null
}

/** Schema of such a name; the issue's message says what is wrong with it. */
export const artifactName = z.string().superRefine((name, context) => {
  const problem = artifactNameProblem(name)
  if (problem !== null) context.addIssue({ code: 'custom', message: problem })
})
