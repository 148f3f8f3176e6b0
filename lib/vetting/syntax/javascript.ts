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
  'export_statement',
  'variable_declarator',
  'assignment_expression',
  'call_expression',
  'new_expression',
  'string',
  'template_string',
  'identifier',
])
const DEEPEST = 40

/** Reads the facts of a JavaScript program from its syntax tree. */
export function readJavaScript(root: Node, budget: Budget): Facts {
  return new JavaScriptReader(budget).read(root)
}

class JavaScriptReader {
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
    const assignments: Node[] = []
    const later: Node[] = []
    walk(root, WANTED, this.#budget, (node) => {
      if (node.type === 'identifier') {
        if (!identifiers.has(node.text)) identifiers.set(node.text, placeOf(node))
      } else if (node.type === 'variable_declarator' || node.type === 'assignment_expression')
        assignments.push(node)
      else if (node.type === 'import_statement' || node.type === 'export_statement')
        imports.push(...this.#import(node))
      else later.push(node)
    })
    for (const node of assignments) this.#assignment(node)
    for (const node of later) {
      this.#budget.spend()
      if (node.type === 'string' || node.type === 'template_string') {
        const value = this.#value(node, 0)
        if (value.kind === 'string' || value.kind === 'template')
          texts.push({ text: value.text, place: placeOf(node), within: this.#within(node) })
        continue
      }
      const call = this.#call(node, 0)
      calls.push(call)
      if (call.name !== 'require' && call.name !== 'import' && !/createRequire\(\)$/.test(call.name)) continue
      const module = call.args[0]
      if (module?.kind === 'string')
        imports.push({ module: module.text, place: call.place, optional: caught(node) })
      else if (module !== undefined) computedImports.push(call.place)
      if (module?.kind === 'string' && !module.plain) computedImports.push(call.place)
    }
    return {
      imports: imports.map((each) => ({ ...each, module: each.module.replace(/^node:/, '') })),
      computedImports,
      calls,
      texts,
      identifiers,
      assigned: this.#assigned,
    }
  }

  #import(node: Node): Import[] {
    const source = node.childForFieldName('source')
    if (source === null) return []
    const value = this.#value(source, 0)
    const module = value.kind === 'string' ? value.text.replace(/^node:/, '') : ''
    const clause = children(node).find((child) => child.type === 'import_clause')
    for (const child of clause === undefined ? [] : children(clause)) {
      if (child.type === 'identifier') this.#aliases.set(child.text, module)
      else if (child.type === 'namespace_import') this.#aliases.set(children(child)[0]?.text ?? '', module)
      else if (child.type === 'named_imports') {
        for (const each of children(child)) {
          const name = each.childForFieldName('name')?.text ?? ''
          this.#aliases.set(each.childForFieldName('alias')?.text ?? name, `${module}.${name}`)
        }
      }
    }
    return [{ module, place: placeOf(node), optional: false }]
  }

  #assignment(node: Node): void {
    const left = node.childForFieldName('name') ?? node.childForFieldName('left')
    const right = node.childForFieldName('value') ?? node.childForFieldName('right')
    if (left === null || right === null) return
    const value = this.#value(right, 0)
    if (left.type === 'object_pattern' && value.kind === 'name') {
      for (const each of children(left)) {
        const key = each.type === 'pair_pattern' ? each.childForFieldName('key')?.text : each.text
        const name = each.type === 'pair_pattern' ? each.childForFieldName('value')?.text : each.text
        if (key !== undefined && name !== undefined) this.#aliases.set(name, `${value.name}.${key}`)
      }
    } else if (left.type === 'identifier') {
      const known =
        right.type !== 'identifier' ||
        this.#aliases.has(right.text) ||
        /^(?:eval|Function|require|fetch)$/.test(right.text)
      if (value.kind === 'name' && known && value.name !== left.text) this.#aliases.set(left.text, value.name)
      else this.#assigned.set(left.text, value)
    }
  }

  #call(node: Node, depth: number): Call {
    const callee = node.childForFieldName('function') ?? node.childForFieldName('constructor')
    const args: Value[] = []
    const named = new Map<string, Value>()
    const list = node.childForFieldName('arguments')
    if (list !== null && depth < DEEPEST) {
      for (const arg of children(list).slice(0, 1000)) {
        args.push(this.#value(arg, depth + 1))
        if (arg.type !== 'object') continue
        for (const pair of children(arg)) {
          const value = pair.childForFieldName('value')
          if (pair.type === 'pair' && value !== null)
            named.set(
              pair.childForFieldName('key')?.text.replace(/['"]/g, '') ?? '',
              this.#value(value, depth + 1),
            )
        }
      }
    }
    let name = callee === null ? '' : this.#dotted(callee, depth)
    // Reaching Function through a constructor: (()=>{}).constructor('…').
    if (/(?:^|\.)constructor$/.test(name) && name !== 'super.constructor') name = 'Function'
    // `base64.b64decode(x).decode()`: what a method is called on flows into its value.
    const object = callee?.type === 'member_expression' ? callee.childForFieldName('object') : null
    const receiver = object === null || depth >= DEEPEST ? null : this.#value(object, depth + 1)
    return { name, args, named, receiver, place: placeOf(node) }
  }

  #dotted(node: Node, depth: number): string {
    if (depth > DEEPEST) return ''
    const type = node.type
    if (type === 'identifier') return this.#aliases.get(node.text) ?? node.text
    if (type === 'import' || type === 'this' || type === 'super') return type
    if (type === 'member_expression') {
      const object = node.childForFieldName('object')
      return tidy(
        `${object === null ? '' : this.#dotted(object, depth + 1)}.${node.childForFieldName('property')?.text ?? ''}`,
      )
    }
    if (type === 'subscript_expression') {
      const object = node.childForFieldName('object')
      const index = node.childForFieldName('index')
      const key = index === null ? null : this.#value(index, depth + 1)
      return key?.kind === 'string' && object !== null
        ? tidy(`${this.#dotted(object, depth + 1)}.${key.text}`)
        : ''
    }
    if (type === 'parenthesized_expression' || type === 'await_expression') {
      const inner = children(node).at(-1)
      return inner === undefined ? '' : this.#dotted(inner, depth + 1)
    }
    if (type === 'sequence_expression') {
      const last = children(node).at(-1)
      return last === undefined ? '' : this.#dotted(last, depth + 1)
    }
    if (type === 'call_expression') {
      const call = this.#call(node, depth + 1)
      const module = call.args[0]
      if ((call.name === 'require' || call.name === 'import') && module?.kind === 'string')
        return module.text.replace(/^node:/, '')
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
        return { kind: 'string', text: unescapeLiteral(node.text.slice(1, -1)), plain: true }
      case 'template_string': {
        const parts = children(node)
        const text =
          parts.length === 0
            ? node.text.slice(1, -1)
            : parts
                .map((part) => (part.type === 'template_substitution' ? HOLE : unescapeLiteral(part.text)))
                .join('')
        return parts.some((part) => part.type === 'template_substitution')
          ? { kind: 'template', text }
          : { kind: 'string', text, plain: true }
      }
      case 'binary_expression': {
        const parts = below()
        const plus = node.childForFieldName('operator')?.type === '+'
        if (!plus || !parts.some((part) => part.kind === 'string' || part.kind === 'template'))
          return { kind: 'unknown', inner: parts }
        const text = parts
          .map((part) => (part.kind === 'string' || part.kind === 'template' ? part.text : HOLE))
          .join('')
        if (parts.every((part) => part.kind === 'string')) return { kind: 'string', text, plain: false }
        return parts.some((part) => part.kind === 'call' || part.kind === 'unknown')
          ? { kind: 'unknown', inner: parts }
          : { kind: 'template', text }
      }
      case 'call_expression':
      case 'new_expression': {
        const dotted = this.#dotted(node, depth + 1)
        const call = this.#call(node, depth + 1)
        return dotted !== '' && dotted !== `${call.name}()`
          ? { kind: 'name', name: dotted }
          : { kind: 'call', call }
      }
      case 'array':
        return { kind: 'list', items: below() }
      case 'identifier':
      case 'member_expression':
      case 'subscript_expression':
      case 'true':
      case 'false': {
        const name = /^(?:true|false)$/.test(node.type) ? node.text : this.#dotted(node, depth + 1)
        return name === '' || name.includes('()')
          ? { kind: 'unknown', inner: below() }
          : { kind: 'name', name }
      }
      case 'parenthesized_expression':
      case 'await_expression': {
        const dotted = this.#dotted(node, depth + 1)
        if (dotted !== '' && !dotted.includes('()')) return { kind: 'name', name: dotted }
        return below().at(-1) ?? { kind: 'unknown', inner: [] }
      }
      default:
        return { kind: 'unknown', inner: below() }
    }
  }

  #within(node: Node): string {
    let name = ''
    insideOf(node, (ancestor) => {
      if (ancestor.type !== 'call_expression' && ancestor.type !== 'new_expression') return false
      const callee = ancestor.childForFieldName('function') ?? ancestor.childForFieldName('constructor')
      name = (callee === null ? '' : this.#dotted(callee, 0)) || 'call'
      return true
    })
    return name
  }
}

function tidy(name: string): string {
  return name
    .replace(/^(?:globalThis|global|window)\./, '')
    .replace(/^process\.mainModule\.require$/, 'require')
}

/** Whether the failure of a require or import() is caught. */
function caught(node: Node): boolean {
  return insideOf(
    node,
    (ancestor, below) =>
      ancestor.type === 'try_statement' &&
      below.type === 'statement_block' &&
      ancestor.childForFieldName('handler') !== null,
  )
}
