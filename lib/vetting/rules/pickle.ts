import type { FileProblem } from './files.ts'

/** Bytes of the opcode's argument by opcode: a fixed count, a length prefix of n bytes, or one or two text lines. */
type Argument = number | { prefix: number } | { lines: number }

const NONE = 0
const ARGUMENTS: Readonly<Record<string, Argument>> = {
  '(': NONE,
  '.': NONE,
  '0': NONE,
  '1': NONE,
  '2': NONE,
  N: NONE,
  R: NONE,
  Q: NONE,
  a: NONE,
  b: NONE,
  d: NONE,
  '}': NONE,
  e: NONE,
  l: NONE,
  ']': NONE,
  o: NONE,
  s: NONE,
  t: NONE,
  ')': NONE,
  u: NONE,
  '\x81': NONE,
  '\x85': NONE,
  '\x86': NONE,
  '\x87': NONE,
  '\x88': NONE,
  '\x89': NONE,
  '\x8f': NONE,
  '\x90': NONE,
  '\x91': NONE,
  '\x92': NONE,
  '\x93': NONE,
  '\x94': NONE,
  '\x97': NONE,
  '\x98': NONE,
  K: 1,
  M: 2,
  J: 4,
  G: 8,
  h: 1,
  j: 4,
  q: 1,
  r: 4,
  '\x80': 1,
  '\x82': 1,
  '\x83': 2,
  '\x84': 4,
  '\x95': 8,
  U: { prefix: 1 },
  C: { prefix: 1 },
  '\x8a': { prefix: 1 },
  '\x8c': { prefix: 1 },
  T: { prefix: 4 },
  X: { prefix: 4 },
  B: { prefix: 4 },
  '\x8b': { prefix: 4 },
  '\x8d': { prefix: 8 },
  '\x8e': { prefix: 8 },
  '\x96': { prefix: 8 },
  F: { lines: 1 },
  I: { lines: 1 },
  L: { lines: 1 },
  S: { lines: 1 },
  V: { lines: 1 },
  P: { lines: 1 },
  g: { lines: 1 },
  p: { lines: 1 },
  c: { lines: 2 },
  i: { lines: 2 },
}
const DANGEROUS =
  /^(?:os|posix|nt|sys|subprocess|pty|socket|shutil|runpy|importlib|ctypes|commands|webbrowser|asyncio|multiprocessing|code|pdb|bdb|timeit|operator)(?:\.|$)/
const DANGEROUS_BUILTINS =
  /^(?:__builtin__|builtins)\.(?:exec|eval|compile|open|getattr|setattr|__import__|globals|breakpoint|input)$/
const TRUSTED =
  /^(?:numpy|torch|collections|sklearn|scipy|pandas|copyreg|copy_reg|_codecs|datetime|decimal|fractions|pathlib|uuid|builtins|__builtin__|joblib|xgboost|lightgbm)(?:\.|$)/
const UTF8 = new TextDecoder()
const MOST_OPCODES = 1_000_000

/** The functions a pickle fetches by name, or null when the bytes are no well-formed pickle. */
export function pickledNames(bytes: Uint8Array): string[] | null {
  const names: string[] = []
  // The last texts pushed: STACK_GLOBAL takes module and name from the stack.
  const texts: string[] = []
  let at = 0
  for (let count = 0; count < MOST_OPCODES && at < bytes.length; count++) {
    const opcode = String.fromCharCode(bytes[at] ?? 0)
    const argument = ARGUMENTS[opcode]
    at++
    if (argument === undefined) return null
    const start = at
    if (typeof argument === 'number') at += argument
    else if ('prefix' in argument) {
      const length = littleEndian(bytes, at, argument.prefix)
      at += argument.prefix + length
      if (at > bytes.length) return null
      if (/[\x8cX\x8dUTC]/.test(opcode))
        texts.push(text(bytes, start + argument.prefix, Math.min(at, start + argument.prefix + 300)))
    } else {
      const lines: string[] = []
      for (let i = 0; i < argument.lines; i++) {
        const end = bytes.indexOf(0x0a, at)
        if (end === -1) return null
        lines.push(text(bytes, at, Math.min(end, at + 300)))
        at = end + 1
      }
      if (argument.lines === 2) names.push(lines.join('.'))
      if (opcode === 'S' || opcode === 'V') texts.push((lines[0] ?? '').replace(/^'|'$/g, ''))
    }
    if (at > bytes.length) return null
    if (opcode === '\x93') names.push(texts.slice(-2).join('.'))
    if (opcode === '.') return names
    if (texts.length > 4) texts.splice(0, texts.length - 4)
  }
  return null
}

/** What loading a pickle would run: reject for commands and code, hold for classes nobody knows or a broken file. */
export function pickleProblem(path: string, bytes: Uint8Array): FileProblem | null {
  const content = /\.(?:pt|pth|ckpt|bin)$/i.test(path) ? storedPickle(bytes) : bytes
  const named = /\.(?:pkl|pickle|joblib|pt|pth|ckpt|dill)$/i.test(path)
  const looksLike = content[0] === 0x80 && (content[1] ?? 99) <= 5 && content.at(-1) === 0x2e
  if (!named && !looksLike) return null
  const names = pickledNames(content)
  if (names === null) {
    return named
      ? {
          rule: 'unsafe-file',
          severity: 'hold',
          message: 'This file should be a pickle and cannot be read as one.',
        }
      : null
  }
  const bad = names.find((name) => DANGEROUS.test(name) || DANGEROUS_BUILTINS.test(name))
  if (bad !== undefined)
    return {
      rule: 'unsafe-file',
      severity: 'reject',
      message: `Loading this file runs ${bad.slice(0, 100)}.`,
    }
  const unknown = names.find((name) => !TRUSTED.test(name))
  if (unknown === undefined) return null
  return {
    rule: 'unsafe-file',
    severity: 'hold',
    message: `Loading this file calls ${unknown.slice(0, 100)}, which is not known to be harmless.`,
  }
}

/** The pickle inside a torch file: stored uncompressed in a ZIP as `…/data.pkl`. The bytes themselves when it is no ZIP. */
function storedPickle(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return bytes
  let at = 0
  while (at + 30 <= bytes.length && littleEndian(bytes, at, 4) === 0x04034b50) {
    const method = littleEndian(bytes, at + 8, 2)
    const nameLength = littleEndian(bytes, at + 26, 2)
    const start = at + 30 + nameLength + littleEndian(bytes, at + 28, 2)
    const size = littleEndian(bytes, at + 18, 4)
    const name = text(bytes, at + 30, at + 30 + nameLength)
    if (name.endsWith('.pkl')) {
      if (method !== 0) return new Uint8Array()
      // Sizes may stand behind the data; a pickle ends by itself.
      return bytes.subarray(start, size === 0 || size === 0xffffffff ? bytes.length : start + size)
    }
    if (size === 0xffffffff || start + size <= at) break
    at = start + size
  }
  return new Uint8Array()
}

function littleEndian(bytes: Uint8Array, at: number, length: number): number {
  let value = 0
  for (let i = length - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return UTF8.decode(bytes.subarray(from, to))
}
