import { type NumberValue, numberValue } from './numbers.ts'

/** A number whose literal has no value here (too long, or too large for a double): equal only to the same literal. */
export class LiteralNumber {
  readonly literal: string
  constructor(literal: string) {
    this.literal = literal
  }
}

export type JsonTree =
  | null
  | boolean
  | string
  | NumberValue
  | LiteralNumber
  | readonly JsonTree[]
  | ReadonlyMap<string, JsonTree>

const DEEPEST = 500
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORDS: readonly (readonly [string, JsonTree])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  // Python's json module writes these three although the standard has no such words.
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]

/**
 * Reads a JSON object or array and keeps large integers exact, which JSON.parse does not. Null when the bytes are not
 * UTF-8, not JSON, start with anything but an object or array, repeat a key in an object, or nest deeper than 500: such
 * output is compared as text.
 */
export function parseJsonTree(bytes: Uint8Array): JsonTree | null {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
  const reader = new Reader(text)
  try {
    return reader.document()
  } catch (error) {
    if (error instanceof NotJson) return null
    throw error
  }
}

class NotJson extends Error {}

class Reader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): JsonTree {
    this.#space()
    const first = this.#text[this.#at]
    if (first !== '{' && first !== '[') throw new NotJson()
    const value = this.#value()
    this.#space()
    if (this.#at !== this.#text.length) throw new NotJson()
    return value
  }

  #value(): JsonTree {
    const first = this.#text[this.#at]
    if (first === '{') return this.#nested(() => this.#object())
    if (first === '[') return this.#nested(() => this.#array())
    if (first === '"') return this.#string()
    for (const [word, value] of WORDS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length
        return value
      }
    }
    NUMBER.lastIndex = this.#at
    if (!NUMBER.test(this.#text)) throw new NotJson()
    const literal = this.#text.slice(this.#at, NUMBER.lastIndex)
    this.#at = NUMBER.lastIndex
    return numberValue(literal) ?? new LiteralNumber(literal)
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > DEEPEST) throw new NotJson()
    const value = read()
    this.#depth--
    return value
  }

  #array(): JsonTree {
    const items: JsonTree[] = []
    this.#at++
    this.#space()
    if (this.#take(']')) return items
    for (;;) {
      items.push(this.#value())
      this.#space()
      if (this.#take(']')) return items
      this.#expect(',')
      this.#space()
    }
  }

  #object(): JsonTree {
    const members = new Map<string, JsonTree>()
    this.#at++
    this.#space()
    if (this.#take('}')) return members
    for (;;) {
      const key = this.#string()
      if (members.has(key)) throw new NotJson()
      this.#space()
      this.#expect(':')
      this.#space()
      members.set(key, this.#value())
      this.#space()
      if (this.#take('}')) return members
      this.#expect(',')
      this.#space()
    }
  }

  #string(): string {
    if (this.#text[this.#at] !== '"') throw new NotJson()
    let end = this.#at + 1
    for (;;) {
      const code = this.#text.charCodeAt(end)
      if (Number.isNaN(code) || code < 0x20) throw new NotJson()
      if (code === 0x22) break
      end += code === 0x5c ? 2 : 1
    }
    const literal = this.#text.slice(this.#at, end + 1)
    this.#at = end + 1
    if (!literal.includes('\\')) return literal.slice(1, -1)
    try {
      return JSON.parse(literal) as string
    } catch {
      throw new NotJson()
    }
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #expect(character: string): void {
    if (!this.#take(character)) throw new NotJson()
  }
}
