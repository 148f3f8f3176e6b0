import type { Node } from 'web-tree-sitter'
import { HOLE, type ShellText } from '../rules/facts.ts'
import type { Budget } from './budget.ts'
import { parse } from './grammars.ts'
import { children, unescapeLiteral, walk } from './walk.ts'

const LONGEST = 65_536
const WANTED = new Set(['command', 'pipeline', 'redirected_statement'])

/** Reads a shell text by the grammar of bash. Null when it does not parse or is longer than 64 KiB. */
export function readShellText(text: string, budget: Budget): ShellText | null {
  if (text.length > LONGEST) return null
  const tree = parse('bash', text, budget)
  try {
    if (tree.rootNode.hasError) return null
    const commands: string[][] = []
    const pipelines: string[][] = []
    walk(tree.rootNode, WANTED, budget, (node) => {
      if (node.type === 'command') commands.push(wordsOf(node))
      else if (node.type === 'redirected_statement') commands.push(...fedByHeredoc(node))
      else pipelines.push(children(node).map((child) => commandOf(child)))
    })
    return { commands, pipelines }
  } finally {
    tree.delete()
  }
}

/** `bash <<EOF …` is read like `bash -c '…'`. */
function fedByHeredoc(statement: Node): string[][] {
  const body = statement.descendantsOfType('heredoc_body')[0]
  return body ? [[commandOf(statement), '-c', body.text]] : []
}

/** The name of the command a part of a pipeline runs, behind redirections and brackets. */
function commandOf(node: Node): string {
  let current: Node | null = node
  for (let i = 0; i < 8 && current !== null && current.type !== 'command'; i++)
    current = children(current)[0] ?? null
  return current === null ? '' : (wordsOf(current).find((word, at) => at === 0 || !/^-|=/.test(word)) ?? '')
}

function wordsOf(command: Node): string[] {
  return children(command)
    .filter((child) => child.type !== 'variable_assignment' && !child.type.endsWith('redirect'))
    .map((child) => wordOf(child.type === 'command_name' ? (children(child)[0] ?? child) : child))
}

function wordOf(node: Node): string {
  if (node.type === 'raw_string') return node.text.slice(1, -1)
  if (node.type === 'word' || node.type === 'number') return node.text.replace(/\\(.)/g, '$1')
  if (node.type === 'ansi_c_string') return unescapeLiteral(node.text.slice(2, -1))
  if (node.type === 'string') {
    const quoted = children(node).some((child) => /substitution|expansion/.test(child.type))
    // What stands in a substitution is a command of its own; here its output is unknown.
    return quoted
      ? `${children(node)
          .map((child) => (child.type === 'string_content' ? child.text : HOLE))
          .join('')}`
      : unescapeLiteral(node.text.slice(1, -1))
  }
  if (node.type === 'concatenation') return children(node).map(wordOf).join('')
  return /substitution|expansion/.test(node.type) && node.text !== '$HOME' ? HOLE : node.text
}
