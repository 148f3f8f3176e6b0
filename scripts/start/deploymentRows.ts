/** What the database is told of the contracts at a start, and what it knows that the chain has lost. */
import postgres from 'postgres'
import type { Deployment } from '#lib/chain/deployment.ts'
import { rpc } from '#lib/process/embedded/rpc.ts'
import { httpUrl } from './contracts.ts'

export async function saveDeploymentRow(databaseUrl: string, deployment: Deployment): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  try {
    await sql`
      insert into deployments (id, chain_id, code_hash, addresses, from_block)
      values (${deployment.id}, ${deployment.chainId}, ${deployment.codeHash}, ${sql.json(deployment.addresses)}, ${deployment.blockNumber.toString()})
      on conflict (id) do nothing`
  } finally {
    await sql.end()
  }
}

/** One line when the database knows blocks that the chain no longer has. The indexer undoes them as a reorganisation. */
export async function reportLostBlocks(
  databaseUrl: string,
  rpcUrl: string,
  deployment: Deployment,
  say: (line: string) => void,
): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  try {
    const rows = await sql<{ number: string; hash: string }[]>`
      select number, hash from blocks where deployment_id = ${deployment.id} order by number desc limit 5000`
    const top = rows[0]
    if (!top) return
    for (const row of rows) {
      const block = await rpc<{ hash: string } | null>(httpUrl(rpcUrl), 'eth_getBlockByNumber', [
        `0x${Number(row.number).toString(16)}`,
        false,
      ])
      if (block?.hash === row.hash) {
        const lost = Number(top.number) - Number(row.number)
        if (lost > 0)
          say(
            `! The chain ended uncleanly and lost ${lost} ${lost === 1 ? 'block' : 'blocks'}: treated as a reorganisation, stored messages are carried again`,
          )
        return
      }
    }
    say('! The chain lost every block the database knows: treated as a reorganisation')
  } finally {
    await sql.end()
  }
}
