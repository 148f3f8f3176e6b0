/** Quotes a text as one word of a POSIX shell. NUL cannot be said and is refused. */
export function shellWord(text: string): string {
  if (text.includes('\0')) throw new RangeError('a shell word cannot hold NUL')
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** The only PATH that supervisors and jobs know. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The whole environment of a helper program: nothing of this process's own crosses over. */
export const SYSTEM_ENVIRONMENT = { PATH: SYSTEM_PATH, LC_ALL: 'C' } as unknown as NodeJS.ProcessEnv

/** A script that makes these words the positional parameters of the shell that sources it. */
export function commandLine(words: readonly string[]): string {
  return `set -- ${words.map(shellWord).join(' ')}\n`
}

/** The start of a command line that becomes the job's uid, with a space at its end; empty when the job runs as we do. */
export function becomeOwner(owner: number | null): string {
  return owner === null ? '' : `setpriv --reuid ${owner} --regid ${owner} --clear-groups `
}
