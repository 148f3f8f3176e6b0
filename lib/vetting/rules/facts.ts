import type { Severity } from '#lib/protocol/verdict.ts'

/** A place in a script: line and column from 1, column in UTF-16 units. */
export interface Place {
  line: number
  column: number
}

/** What an expression is known to be without running it. */
export type Value =
  | { kind: 'string'; text: string; plain: boolean }
  /** Text with unknown parts, each written as `HOLE`. */
  | { kind: 'template'; text: string }
  | { kind: 'call'; call: Call }
  | { kind: 'list'; items: readonly Value[] }
  | { kind: 'name'; name: string }
  | { kind: 'unknown'; inner: readonly Value[] }

/** Stands for the unknown part of a template. A word of its own for every grammar. */
export const HOLE = '__unknown__'

export interface Call {
  /** Dotted name with aliases resolved (`os.system`), `` when it cannot be known. */
  name: string
  args: readonly Value[]
  named: ReadonlyMap<string, Value>
  /** What a method is called on, null for plain functions. */
  receiver: Value | null
  place: Place
}

export interface Import {
  module: string
  place: Place
  /** Its failure is caught, so the module need not exist. */
  optional: boolean
}

/** A string literal, with the name of the innermost call it is an argument of ('' outside of any). */
export interface Text {
  text: string
  place: Place
  within: string
}

/** What the rules need to know of one script, whatever its language. */
export interface Facts {
  imports: readonly Import[]
  /** Imports whose module name is computed. */
  computedImports: readonly Place[]
  calls: readonly Call[]
  texts: readonly Text[]
  identifiers: ReadonlyMap<string, Place>
  /** The last value assigned to each simple name. */
  assigned: ReadonlyMap<string, Value>
}

/** What a rule found. */
export interface Finding {
  rule: string
  severity: Severity
  message: string
  place: Place
}

export interface RuleInput {
  facts: Facts
  language: 'python' | 'javascript'
  /** The commands of a shell text, or null when it does not parse. */
  shell: (text: string) => ShellText | null
}

/** A shell text by its own grammar. */
export interface ShellText {
  /** Every simple command with its words, nested ones (substitutions, subshells) included. */
  commands: readonly (readonly string[])[]
  /** Each pipeline as the first words of its commands. */
  pipelines: readonly (readonly string[])[]
}

export type Rule = (input: RuleInput) => Finding[]
