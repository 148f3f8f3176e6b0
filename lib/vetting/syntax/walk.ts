import type { Node } from 'web-tree-sitter'
import type { Place } from '../rules/facts.ts'
import type { Budget } from './budget.ts'

/**
 * Calls `enter` for every node whose type is wanted, parents first, without recursion: trees can be a million deep.
 */
export function walk(
  root: Node,
  wanted: ReadonlySet<string>,
  budget: Budget,
  enter: (node: Node) => void,
): void {
  const cursor = root.walk()
  try {
    for (;;) {
      budget.spend()
      if (wanted.has(cursor.nodeType)) enter(cursor.currentNode)
      if (cursor.gotoFirstChild()) continue
      while (!cursor.gotoNextSibling()) if (!cursor.gotoParent()) return
    }
  } finally {
    cursor.delete()
  }
}

/** The first place the parser could not read, or null. */
export function firstSyntaxError(root: Node, budget: Budget): Place | null {
  if (!root.hasError) return null
  const cursor = root.walk()
  try {
    for (;;) {
      budget.spend()
      const node = cursor.currentNode
      if (node.isError || node.isMissing) return placeOf(node)
      if (node.hasError && cursor.gotoFirstChild()) continue
      while (!cursor.gotoNextSibling()) if (!cursor.gotoParent()) return placeOf(root)
    }
  } finally {
    cursor.delete()
  }
}

export function placeOf(node: Node): Place {
  return { line: node.startPosition.row + 1, column: node.startPosition.column + 1 }
}

/** Named children, without comments. */
export function children(node: Node): Node[] {
  return node.namedChildren.filter((child): child is Node => child !== null && child.type !== 'comment')
}

/** Whether a node lies inside an ancestor for which `test` holds; looks up at most 200 levels. */
export function insideOf(node: Node, test: (ancestor: Node, below: Node) => boolean): boolean {
  let below = node
  for (let i = 0; i < 200; i++) {
    const parent = below.parent
    if (parent === null) return false
    if (test(parent, below)) return true
    below = parent
  }
  return false
}

/** The text behind the escapes of a Python or JavaScript literal. Unknown escapes keep their character. */
export function unescapeLiteral(text: string): string {
  if (!text.includes('\\')) return text
  const simple: Record<string, string> = {
    n: '\n',
    t: '\t',
    r: '\r',
    b: '\b',
    f: '\f',
    v: '\v',
    '0': '\0',
    a: '\x07',
    '\n': '',
  }
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|U([0-9a-fA-F]{8})|([0-7]{2,3})|([\s\S]))/g,
    (all, x, u, braces, U, octal, other) => {
      const hex = x ?? u ?? braces ?? U
      const code =
        hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : null
      if (code !== null) return code <= 0x10ffff ? String.fromCodePoint(code) : all
      return simple[other as string] ?? (other as string)
    },
  )
}
