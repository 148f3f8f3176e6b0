import { messageOf } from '#lib/kernel/errors.ts'
import type { ContractCall, WalletActions } from './walletActions.ts'

/** Where a transaction is. Each phase has words and a next step on the page; none is a dead end. */
export type TransactionState =
  | { readonly phase: 'idle' | 'preparing' | 'signing' | 'noWallet' | 'refused' }
  | { readonly phase: 'wrongChain'; readonly has: number | null; readonly needs: number }
  | { readonly phase: 'sent'; readonly hash: string; readonly replaced?: 'repriced' | 'replaced' }
  | { readonly phase: 'mined'; readonly hash: string; readonly replaced?: 'repriced' | 'replaced' }
  | { readonly phase: 'cancelled'; readonly hash: string }
  | { readonly phase: 'reverted'; readonly hash: string | null; readonly reason: string }
  | { readonly phase: 'failed'; readonly reason: string; readonly hash?: string }

export type Moves = Pick<
  WalletActions,
  'network' | 'address' | 'chainId' | 'rehearse' | 'send' | 'wait' | 'reasonOf'
>

/**
 * Takes one call from the click to its end and reports every phase. Refuses before signing when there is no wallet, when
 * the wallet is on another chain, or when the call would revert. A transaction the person sped up is followed under its
 * new hash; one he cancelled in the wallet ends as cancelled; one he replaced by something else ends as failed, because
 * what was asked for did not happen.
 */
export async function runTransaction(
  wallet: Moves,
  call: ContractCall,
  report: (state: TransactionState) => void,
  isRefusal: (error: unknown) => boolean,
): Promise<TransactionState> {
  const end = (state: TransactionState) => {
    report(state)
    return state
  }
  report({ phase: 'preparing' })
  if (wallet.address() === null) return end({ phase: 'noWallet' })
  if (wallet.chainId() !== wallet.network.chainId)
    return end({ phase: 'wrongChain', has: wallet.chainId(), needs: wallet.network.chainId })
  const refusal = await wallet.rehearse(call)
  if (refusal !== null) return end({ phase: 'reverted', hash: null, reason: refusal })

  report({ phase: 'signing' })
  let hash: `0x${string}`
  try {
    hash = await wallet.send(call)
  } catch (error) {
    return end(
      isRefusal(error)
        ? { phase: 'refused' }
        : { phase: 'failed', reason: messageOf(error).split('\n')[0] ?? '' },
    )
  }

  report({ phase: 'sent', hash })
  let replaced: 'repriced' | 'replaced' | 'cancelled' | null = null
  try {
    const receipt = await wallet.wait(hash, (replacement) => {
      replaced = replacement.reason
      hash = replacement.hash
      if (replacement.reason === 'repriced') report({ phase: 'sent', hash, replaced: replacement.reason })
    })
    hash = receipt.transactionHash
    const how = replaced as 'repriced' | 'replaced' | 'cancelled' | null
    if (how === 'cancelled') return end({ phase: 'cancelled', hash })
    if (how === 'replaced') return end({ phase: 'failed', reason: 'replaced', hash })
    if (receipt.status === 'reverted')
      return end({ phase: 'reverted', hash, reason: await wallet.reasonOf(hash) })
    return end({ phase: 'mined', hash, ...(how === null ? {} : { replaced: how }) })
  } catch (error) {
    // The transaction may still be mined; its page says so.
    return end({ phase: 'failed', reason: messageOf(error).split('\n')[0] ?? '', hash })
  }
}
