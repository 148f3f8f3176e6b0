import { builtinModules } from 'node:module'
import { attacks } from './rules/attacks.ts'
import { credentials } from './rules/credentials.ts'
import { heaviestFirst } from './rules/decide.ts'
import { dynamicImport } from './rules/dynamicImport.ts'
import type { Facts, Finding, Import, Rule, RuleInput } from './rules/facts.ts'
import { hiddenExecution } from './rules/hiddenExecution.ts'
import { network } from './rules/network.ts'
import { shell } from './rules/shell.ts'
import { hiddenCharacters, lookAlikeName } from './rules/unicode.ts'
import { unsafeLoading } from './rules/unsafeLoading.ts'
import { type Budget, OverBudget } from './syntax/budget.ts'
import { parse } from './syntax/grammars.ts'
import { readJavaScript } from './syntax/javascript.ts'
import { readPython } from './syntax/python.ts'
import { readShellText } from './syntax/shellText.ts'
import { firstSyntaxError } from './syntax/walk.ts'

const RULES: readonly Rule[] = [
  hiddenExecution,
  dynamicImport,
  network,
  attacks,
  credentials,
  shell,
  unsafeLoading,
]
const BUILTIN: ReadonlySet<string> = new Set(builtinModules)
/** Texts that are executed are read as code too, this many levels deep. */
const NESTED = 2
/** Findings kept per script, heaviest first. */
const MOST_FINDINGS = 200

export type ScriptLanguage = 'python' | 'javascript'

export interface Analysis {
  findings: Finding[]
  imports: Import[]
}

/** The modules Node itself brings along. */
export const nodeBuiltins = BUILTIN

/** Everything the rules say about one script. Never throws on any text; time is bounded by the budget. */
export function analyse(language: ScriptLanguage, text: string, budget: Budget): Analysis {
  const findings = hiddenCharacters(text)
  try {
    const { found, imports } = analyseTree(language, text, budget, 0)
    return { findings: heaviestFirst([...findings, ...found], MOST_FINDINGS), imports }
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error
    const message = 'This script takes too long to read. Keep data in input files and expressions small.'
    return {
      findings: [
        ...findings,
        { rule: 'too-complex', severity: 'hold', message, place: { line: 1, column: 1 } },
      ],
      imports: [],
    }
  }
}

function analyseTree(
  language: ScriptLanguage,
  text: string,
  budget: Budget,
  depth: number,
): { found: Finding[]; imports: Import[] } {
  const tree = parse(language, text, budget)
  try {
    const found: Finding[] = []
    const error = firstSyntaxError(tree.rootNode, budget)
    if (error !== null) {
      found.push({
        rule: 'syntax-error',
        severity: 'hold',
        message: 'This line cannot be read as the language of the job.',
        place: error,
      })
    }
    const facts =
      language === 'python' ? readPython(tree.rootNode, budget) : readJavaScript(tree.rootNode, budget)
    const input: RuleInput = { facts, language, shell: (shellText) => readShellText(shellText, budget) }
    for (const rule of RULES) {
      if (budget.over()) throw new OverBudget()
      found.push(...rule(input))
    }
    for (const [name, place] of facts.identifiers) {
      const problem = lookAlikeName(name)
      if (problem !== null) found.push({ ...problem, place })
    }
    if (depth < NESTED) found.push(...executedTexts(language, facts, budget, depth))
    return { found, imports: [...facts.imports] }
  } finally {
    tree.delete()
  }
}

/** What the rules say about texts handed to exec or eval, at the place of the call. A text that is no code says nothing. */
function executedTexts(language: ScriptLanguage, facts: Facts, budget: Budget, depth: number): Finding[] {
  const found: Finding[] = []
  for (const call of facts.calls) {
    const code = call.args[0]
    if (!/^(?:exec|eval|compile|Function)$/.test(call.name) || code?.kind !== 'string') continue
    for (const finding of analyseTree(language, code.text, budget, depth + 1).found) {
      if (finding.rule !== 'syntax-error') found.push({ ...finding, place: call.place })
    }
  }
  return found
}
