/** docs/gas.md: the table of the gas bench as a document, and what is read back from it. */
import type { Row } from '../rows.ts'

const HEAD = `# What transactions cost

Written by \`npm run bench -- gas --write\`; \`npm run bench -- gas --json\` gives the same rows. Every number is \`receipt.gasUsed\` of one
transaction on anvil, in one run: the base of 21,000 and all calldata are in it, refunds are taken off. Compiled with 200 optimizer
runs. A row's text names its warm-up, because a slot that is written for the first time costs 17,100 more than one that changes.
\`npm run test:contracts\` measures again and fails when a row is more than 2% away from this table, or missing here.

Peers are deployed beside ours from their own packages: OpenZeppelin's ERC20, ERC20Votes and Governor, Solady's ERC20, and of Sablier's Lockup
the last version whose packages all come from the npm registry (\`@sablier/v2-core\` 1.2.0). Two peers have no package and are our own,
written as such contracts usually are and frozen before ours were compared with them: the plain tax token and the reward-per-token pool
of Synthetix's design (\`contracts/test/yardsticks\`). A ratio without a goal is there to be seen.

\`market.lane\` is meant to cost 320,000 and does not yet: it holds a node's signed start and result and three members' seals and reveals, each
checked and stored, so that nobody copies an output (cases 43 and 47) and every step has an exit that needs nobody (case 45). A stream
that is created and withdrawn from has neither.

`

const COLUMNS = ['row', 'what', 'gas', 'ceiling', 'peer', "peer's gas", 'ratio', 'goal'] as const

export function gasDocument(rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  const number = (value: number | null): string => (value === null ? '' : value.toLocaleString('en-US'))
  const body = rows.map(({ id, what, value, ceiling, peer, peerValue, ratio, goal }) =>
    line([
      `\`${id}\``,
      what,
      number(value),
      number(ceiling),
      peer ?? '',
      number(peerValue),
      ratio === null ? '' : ratio.toFixed(3),
      goal?.replace('ratio ', '') ?? '',
    ]),
  )
  return `${HEAD}${line(COLUMNS)}${line(COLUMNS.map(() => '---'))}${body.join('')}`
}

/** The gas of each row of the document. */
export function gasOf(document: string): Map<string, number> {
  const found = new Map<string, number>()
  for (const match of document.matchAll(/^\| `([\w.]+)` \| [^|]* \| ([\d,]+) \|/gm))
    found.set(match[1] ?? '', Number((match[2] ?? '').replaceAll(',', '')))
  return found
}

/** What is no longer as the document says: rows that moved by more than `tolerance` (a share), came, or went. */
export function gasChanges(rows: readonly Row[], document: string, tolerance: number): string[] {
  const written = gasOf(document)
  const changes = rows.flatMap(({ id, value }) => {
    const before = written.get(id)
    if (before === undefined) return [`${id}: ${value} gas, not in the table`]
    const moved = value - before
    return Math.abs(moved) <= tolerance * before
      ? []
      : [`${id}: ${before} -> ${value} gas (${moved > 0 ? '+' : ''}${((100 * moved) / before).toFixed(1)}%)`]
  })
  const measured = new Set(rows.map(({ id }) => id))
  return [
    ...changes,
    ...[...written.keys()].filter((id) => !measured.has(id)).map((id) => `${id}: not measured`),
  ]
}
