import type { Node } from 'web-tree-sitter'
import {
  type Call,
  type Facts,
  HOLE,
  type Import,
  type Place,
  type Text,
  type Value,
} from '../rules/facts.ts'
import type { Budget } from './budget.ts'
import { children, insideOf, placeOf, unescapeLiteral, walk } from './walk.ts'

const WANTED = new Set([
  'import_statement',
  'import_from_statement',
  'future_import_statement',
  'assignment',
  'named_expression',
  'call',
  'subscript',
  'string',
  'identifier',
])
const DEEPEST = 40
const BUILTIN_SPACES = /^(?:(?:__builtins__|builtins)\.)?__dict__\.|^(?:__builtins__|builtins)\./

/** Reads the facts of a Python script from its syntax tree. */
export function readPython(root: Node, budget: Budget): Facts {
  return new PythonReader(budget).read(root)
}

class PythonReader {
  readonly #budget: Budget
  readonly #aliases = new Map<string, string>()
  readonly #assigned = new Map<string, Value>()

  constructor(budget: Budget) {
    this.#budget = budget
  }

  read(root: Node): Facts {
    const imports: Import[] = []
    const computedImports: Place[] = []
    const calls: Call[] = []
    const texts: Text[] = []
    const identifiers = new Map<string, Place>()
    const later: Node[] = []
    const assignments: Node[] = []
    walk(root, WANTED, this.#budget, (node) => {
      if (node.type === 'identifier') {
        if (!identifiers.has(node.text)) identifiers.set(node.text, placeOf(node))
      } else if (node.type === 'assignment' || node.type === 'named_expression') assignments.push(node)
      else if (node.type.includes('import')) imports.push(...this.#import(node))
      else later.push(node)
    })
    for (const node of assignments) this.#assignment(node)
    for (const node of later) {
      this.#budget.spend()
      if (node.type === 'string') {
        const value = this.#string(node)
        if (value.kind !== 'unknown')
          texts.push({ text: value.text, place: placeOf(node), within: this.#within(node) })
        continue
      }
      const call = node.type === 'call' ? this.#call(node, 0) : this.#lookUp(node)
      if (call === null) continue
      calls.push(call)
      if (call.name !== '__import__' && call.name !== 'importlib.import_module') continue
      const module = call.args[0]
      if (module?.kind === 'string')
        imports.push({
          module: module.text,
          place: call.place,
          optional: caught(node) || module.text.startsWith('.'),
        })
      else computedImports.push(call.place)
      if (module?.kind === 'string' && !module.plain) computedImports.push(call.place)
    }
    return { imports, computedImports, calls, texts, identifiers, assigned: this.#assigned }
  }

  #import(node: Node): Import[] {
    if (node.type === 'future_import_statement') return []
    const optional = caught(node)
    const found: Import[] = []
    const from = node.childForFieldName('module_name')
    if (from !== null && from.type !== 'relative_import')
      found.push({ module: from.text.normalize('NFKC'), place: placeOf(node), optional })
    for (const name of node.childrenForFieldName('name')) {
      if (name === null) continue
      const aliased = name.type === 'aliased_import'
      const real = (aliased ? name.childForFieldName('name') : name)?.text.normalize('NFKC') ?? ''
      const alias = aliased ? (name.childForFieldName('alias')?.text ?? real) : real
      if (from !== null) {
        if (from.type !== 'relative_import')
          this.#aliases.set(alias, `${from.text}.${real}`.normalize('NFKC'))
      } else {
        found.push({ module: real, place: placeOf(name), optional })
        if (aliased) this.#aliases.set(alias, real)
      }
      // `from urllib import request` imports a module too; rules for modules see it by its full name.
      if (from !== null && from.type !== 'relative_import')
        found.push({ module: `${from.text}.${real}`, place: placeOf(name), optional })
    }
    return found
  }

  #assignment(node: Node): void {
    const left = node.childForFieldName('left') ?? node.childForFieldName('name')
    const right = node.childForFieldName('right') ?? node.childForFieldName('value')
    if (left?.type !== 'identifier' || right === null || right === undefined) return
    const value = this.#value(right, 0)
    const name = left.text.normalize('NFKC')
    if (value.kind === 'name' && value.name !== '' && value.name !== name && right.type !== 'identifier')
      this.#aliases.set(name, value.name)
    else if (
      value.kind === 'name' &&
      (this.#aliases.has(right.text) || /^(?:exec|eval|compile|getattr|__import__|open)$/.test(value.name))
    )
      this.#aliases.set(name, value.name)
    else this.#assigned.set(name, value)
  }

  /** `__builtins__['exec']`, `globals()[…]` are looked at like getattr(__builtins__, …). */
  #lookUp(node: Node): Call | null {
    const object = node.childForFieldName('value')
    if (object === null) return null
    const name = this.#dotted(object, 0)
    if (!/^(?:__builtins__|__dict__)$/.test(name)) return null
    const key = node.childForFieldName('subscript')
    const args: Value[] = [
      { kind: 'name', name: '__builtins__' },
      key === null ? { kind: 'unknown', inner: [] } : this.#value(key, 0),
    ]
    return { name: 'getattr', args, named: new Map(), receiver: null, place: placeOf(node) }
  }

  #call(node: Node, depth: number): Call {
    const callee = node.childForFieldName('function')
    const args: Value[] = []
    const named = new Map<string, Value>()
    const list = node.childForFieldName('arguments')
    if (list?.type === 'generator_expression') args.push(this.#value(list, depth + 1))
    else if (list !== null && list !== undefined && depth < DEEPEST) {
      for (const arg of children(list).slice(0, 1000)) {
        if (arg.type === 'keyword_argument') {
          const value = arg.childForFieldName('value')
          if (value !== null)
            named.set(arg.childForFieldName('name')?.text ?? '', this.#value(value, depth + 1))
        } else args.push(this.#value(arg, depth + 1))
      }
    }
    const name = callee === null ? '' : this.#dotted(callee, depth)
    // `base64.b64decode(x).decode()`: what a method is called on flows into its value.
    const object = callee?.type === 'attribute' ? callee.childForFieldName('object') : null
    const receiver = object === null || depth >= DEEPEST ? null : this.#value(object, depth + 1)
    return { name, args, named, receiver, place: placeOf(node) }
  }

  #dotted(node: Node, depth: number): string {
    if (depth > DEEPEST) return ''
    if (node.type === 'identifier') {
      const name = node.text.normalize('NFKC')
      return this.#aliases.get(name) ?? name
    }
    if (node.type === 'attribute') {
      const object = node.childForFieldName('object')
      const attribute = node.childForFieldName('attribute')?.text.normalize('NFKC') ?? ''
      const base = object === null ? '' : this.#dotted(object, depth + 1)
      return `${base}.${attribute}`.replace(BUILTIN_SPACES, '')
    }
    if (node.type === 'parenthesized_expression') {
      const inner = children(node)[0]
      return inner === undefined ? '' : this.#dotted(inner, depth + 1)
    }
    if (node.type === 'subscript') {
      const object = node.childForFieldName('value')
      const key = node.childForFieldName('subscript')
      const base = object === null ? '' : this.#dotted(object, depth + 1)
      const value = key === null ? null : this.#value(key, depth + 1)
      if (value?.kind !== 'string') return ''
      if (/^(?:globals|locals|vars)\(\)$/.test(base)) return value.text
      return `${base}.${value.text}`.replace(BUILTIN_SPACES, '')
    }
    if (node.type === 'call') {
      const call = this.#call(node, depth + 1)
      const [first, second] = call.args
      if (call.name === 'getattr' && first?.kind === 'name' && second?.kind === 'string')
        return `${first.name}.${second.text}`.replace(BUILTIN_SPACES, '')
      if ((call.name === '__import__' || call.name === 'importlib.import_module') && first?.kind === 'string')
        return first.text
      return `${call.name}()`
    }
    return ''
  }

  #value(node: Node, depth: number): Value {
    this.#budget.spend()
    if (depth > DEEPEST) return { kind: 'unknown', inner: [] }
    const below = () =>
      children(node)
        .slice(0, 1000)
        .map((child) => this.#value(child, depth + 1))
    switch (node.type) {
      case 'string':
        return this.#string(node)
      case 'concatenated_string':
        return joined(below(), true)
      case 'binary_operator': {
        const left = node.childForFieldName('left')
        const right = node.childForFieldName('right')
        if (node.childForFieldName('operator')?.type !== '+' || left === null || right === null)
          return { kind: 'unknown', inner: below() }
        return joined([this.#value(left, depth + 1), this.#value(right, depth + 1)], false)
      }
      case 'call': {
        const call = this.#call(node, depth + 1)
        // ''.join(['a', 'b']), 'abc'[::-1] and the like are text put together.
        if (call.name.endsWith('.join') || call.name === '.join') {
          const list = call.args.find((arg) => arg.kind === 'list')
          if (list?.kind === 'list' && list.items.every((item) => item.kind === 'string'))
            return joined(list.items, false)
        }
        const dotted = this.#dotted(node, depth + 1)
        return dotted !== `${call.name}()` && dotted !== ''
          ? { kind: 'name', name: dotted }
          : { kind: 'call', call }
      }
      case 'list':
      case 'tuple':
        return { kind: 'list', items: below() }
      case 'identifier':
      case 'attribute':
      case 'true':
      case 'false':
      case 'none': {
        const name = /^(?:true|false|none)$/.test(node.type) ? node.text : this.#dotted(node, depth + 1)
        return name === '' || name.includes('()')
          ? { kind: 'unknown', inner: below() }
          : { kind: 'name', name }
      }
      case 'parenthesized_expression':
      case 'await':
        return below()[0] ?? { kind: 'unknown', inner: [] }
      default:
        return { kind: 'unknown', inner: below() }
    }
  }

  #string(node: Node): Extract<Value, { kind: 'string' | 'template' | 'unknown' }> {
    let text = ''
    let holes = false
    const start = node.firstChild?.text ?? ''
    const raw = /^[a-z]*r/i.test(start)
    for (const part of node.namedChildren) {
      if (part?.type === 'string_content') text += raw ? part.text : unescapeLiteral(part.text)
      if (part?.type === 'interpolation') {
        holes = true
        text += HOLE
      }
    }
    return holes ? { kind: 'template', text } : { kind: 'string', text, plain: true }
  }

  #within(node: Node): string {
    let name = ''
    insideOf(node, (ancestor) => {
      if (ancestor.type === 'call') {
        const callee = ancestor.childForFieldName('function')
        name = (callee === null ? '' : this.#dotted(callee, 0)) || 'call'
        return true
      }
      // A text kept in a variable may be used anywhere: judged by what takes the variable is beyond this reading.
      return (
        ancestor.type === 'function_definition' ||
        ancestor.type === 'class_definition' ||
        ancestor.type === 'module'
      )
    })
    return name
  }
}

/** Pieces put together: one text when all are known, a template when some are. */
function joined(parts: readonly Value[], literal: boolean): Value {
  if (!parts.some((part) => part.kind === 'string' || part.kind === 'template'))
    return { kind: 'unknown', inner: parts }
  const text = parts
    .map((part) => (part.kind === 'string' || part.kind === 'template' ? part.text : HOLE))
    .join('')
  if (parts.every((part) => part.kind === 'string')) return { kind: 'string', text, plain: literal }
  const calls = parts.filter((part) => part.kind === 'call' || part.kind === 'unknown')
  return calls.length > 0 ? { kind: 'unknown', inner: parts } : { kind: 'template', text }
}

/** Whether an import's failure is caught, or it is for type checkers alone. */
function caught(node: Node): boolean {
  return insideOf(node, (ancestor, below) => {
    if (ancestor.type === 'if_statement')
      return /TYPE_CHECKING/.test(ancestor.childForFieldName('condition')?.text ?? '')
    if (ancestor.type !== 'try_statement' || below.type !== 'block') return false
    return children(ancestor).some(
      (clause) =>
        clause.type === 'except_clause' &&
        /^except\s*(?::|[^:]*\b(?:ImportError|ModuleNotFoundError|Exception|BaseException)\b)/.test(
          clause.text.slice(0, 200),
        ),
    )
  })
}
