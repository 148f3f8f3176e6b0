/** What the contracts cost, beside their peers, every row measured in this run. A section is a file of `gas/`. */
import { marketGas } from './gas/market.ts'
import { stakingGas } from './gas/staking.ts'
import { streamsGas } from './gas/streams.ts'
import { tokenGas } from './gas/token.ts'
import { votesGas } from './gas/votes.ts'
import type { Row } from './rows.ts'

const SECTIONS: readonly ((say: (line: string) => void) => Promise<Row[]>)[] = [
  tokenGas,
  stakingGas,
  votesGas,
  marketGas,
  streamsGas,
]

/** Runs against chains of its own; needs `forge build` before. */
export async function gas({ say }: { readonly say: (line: string) => void }): Promise<Row[]> {
  const rows: Row[] = []
  for (const section of SECTIONS) rows.push(...(await section(say)))
  return rows
}
