import { VARIABLES, type Variable } from './variables.ts'

const HEADER = [
  '# Every variable the server reads, with its reason. Made by `npm run env:write` from lib/config/variables.ts.',
  '# `npm start` needs none of them. They are read from the environment alone, never from a file: `PORT=4000 npm start`.',
  '',
]

/** The text of `.env.example`. */
export function exampleText(): string {
  const lines = [...HEADER]
  for (const [name, variable] of Object.entries(VARIABLES) as [string, Variable][]) {
    lines.push(`# ${variable.reason}`)
    if (variable.secret) lines.push(`# (secret: ${name}_FILE may name a file that holds it instead)`)
    lines.push(`#${name}=${variable.example}`, '')
  }
  return lines.join('\n')
}
