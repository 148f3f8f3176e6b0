import { createRequire } from 'node:module'
import { Language, Parser, type Tree } from 'web-tree-sitter'
import { type Budget, OverBudget } from './budget.ts'

export type GrammarName = 'python' | 'javascript' | 'bash'

const parsers = new Map<GrammarName, Parser>()

/** Loads the grammars into this thread, once. About 20 ms. */
export async function loadGrammars(): Promise<void> {
  if (parsers.size > 0) return
  await Parser.init()
  const require = createRequire(import.meta.url)
  for (const name of ['python', 'javascript', 'bash'] as const) {
    const parser = new Parser()
    parser.setLanguage(
      await Language.load(require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${name}.wasm`)),
    )
    parsers.set(name, parser)
  }
}

/** Parses a text; the caller deletes the tree. Throws OverBudget when time runs out. */
export function parse(name: GrammarName, text: string, budget: Budget): Tree {
  const parser = parsers.get(name)
  if (parser === undefined) throw new Error('the grammars are not loaded')
  const tree = parser.parse(text, null, { progressCallback: () => budget.over() })
  if (tree === null) {
    parser.reset()
    throw new OverBudget()
  }
  return tree
}
