import type { JobsCtx } from './ctx.ts'

/**
 * Chain time in seconds: the timestamp the next block would carry. An idle chain makes no blocks, so that of the last one
 * may be hours old, and deadlines would never seem to pass.
 */
export async function chainNow(ctx: Pick<JobsCtx, 'chain'>): Promise<number> {
  const block = await ctx.chain.publicClient.getBlock({ blockTag: 'pending' })
  return Number(block.timestamp)
}
