import { JOB_LIMITS, type RuntimeName } from '#lib/protocol/jobSpec.ts'
import type { Severity } from '#lib/protocol/verdict.ts'

export interface FileProblem {
  rule: string
  severity: Severity
  message: string
}

const ENDINGS: Readonly<Record<RuntimeName, RegExp>> = { python: /\.py$/i, node: /\.(?:js|mjs|cjs)$/i }
const ENDINGS_SHOWN: Readonly<Record<RuntimeName, string>> = { python: '.py', node: '.js, .mjs or .cjs' }

/** Whether a file of a job is read as a script of its runtime. */
export function isScript(runtime: RuntimeName, path: string): boolean {
  return ENDINGS[runtime].test(path)
}

/** What is wrong with an entry by name and size alone, so that nothing large is read or even uploaded. */
export function entryProblem(runtime: RuntimeName, path: string, bytes: number): FileProblem | null {
  if (!isScript(runtime, path)) {
    return reject(
      'wrong-file-type',
      `A ${runtime} job starts with a ${ENDINGS_SHOWN[runtime]} file, and ${path.slice(0, 100)} is none.`,
    )
  }
  if (bytes === 0) return reject('empty-file', 'The script is empty.')
  return scriptSizeProblem(bytes)
}

/** A script above the size limit (JOB_LIMITS.scriptBytes) is refused, by its size alone. */
export function scriptSizeProblem(bytes: number): FileProblem | null {
  if (bytes <= JOB_LIMITS.scriptBytes) return null
  const size = (bytes / 1024 / 1024).toFixed(1)
  return reject('too-large', `The script is ${size} MiB; a script may have 1 MiB. Put data into input files.`)
}

/** What is wrong with the bytes of a script before it is parsed: a program, an archive or other bytes that are no text. */
export function scriptBytesProblem(bytes: Uint8Array): FileProblem | null {
  const kind = binaryKind(bytes)
  if (kind !== null) return reject('binary', `This is ${kind}, not a script.`)
  if (bytes.includes(0))
    return reject('binary', 'This file contains NUL bytes, so it is binary, not a script.')
  return null
}

/** PEP 263: a comment in the first two lines names the encoding, and Python decodes the file by it before it reads a word. */
const DECLARED = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/
const AS_READ_HERE = /^(?:utf-?8|utf-8-sig|us-ascii|ascii)$/

/** A Python script that Python itself would decode into another text than the one judged here. */
export function declaredEncodingProblem(text: string): FileProblem | null {
  for (const line of text.split(/\r\n|\r|\n/, 2)) {
    const name = DECLARED.exec(line)?.[1]?.toLowerCase().replaceAll('_', '-')
    if (name === undefined || AS_READ_HERE.test(name)) continue
    return {
      rule: 'bad-encoding',
      severity: 'hold',
      message: `The script says that it is written in ${name.slice(0, 40)}, so Python reads another text than people do. Save it as UTF-8.`,
    }
  }
  return null
}

/** Programs in machine code, compiled Python and broken archives among the job's other files. */
export function dataFileProblem(path: string, bytes: Uint8Array): FileProblem | null {
  const kind = binaryKind(bytes)
  if (kind !== null && /program|library/.test(kind)) {
    return {
      rule: 'native-program',
      severity: 'hold',
      message: `This is ${kind}; what it does cannot be read. Send its source and compile it in the job.`,
    }
  }
  if (/\.py[co]$/i.test(path)) {
    return {
      rule: 'native-program',
      severity: 'hold',
      message: 'This is compiled Python; what it does cannot be read. Send its source.',
    }
  }
  if (/\.(?:zip|whl|npz|jar|egg)$/i.test(path) && !startsWith(bytes, [0x50, 0x4b])) {
    return {
      rule: 'wrong-file-type',
      severity: 'hold',
      message: 'The name says archive, and the content is none.',
    }
  }
  return null
}

const KINDS: readonly (readonly [readonly number[], string])[] = [
  [[0x7f, 0x45, 0x4c, 0x46], 'a Linux program or library (ELF)'],
  [[0xcf, 0xfa, 0xed, 0xfe], 'a macOS program or library (Mach-O)'],
  [[0xca, 0xfe, 0xba, 0xbe], 'a macOS or Java program (0xCAFEBABE)'],
  [[0x00, 0x61, 0x73, 0x6d], 'a WebAssembly program'],
  [[0x50, 0x4b, 0x03, 0x04], 'a ZIP archive'],
  [[0x1f, 0x8b], 'a gzip archive'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG image'],
  [[0xff, 0xd8, 0xff], 'a JPEG image'],
]

function binaryKind(bytes: Uint8Array): string | null {
  for (const [magic, kind] of KINDS) if (startsWith(bytes, magic)) return kind
  // "MZ" alone could begin a text; a Windows program has its header's offset and a NUL soon after.
  return startsWith(bytes, [0x4d, 0x5a]) && bytes.subarray(0, 64).includes(0)
    ? 'a Windows program or library (PE)'
    : null
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((value, i) => bytes[i] === value)
}

function reject(rule: string, message: string): FileProblem {
  return { rule, severity: 'reject', message }
}
