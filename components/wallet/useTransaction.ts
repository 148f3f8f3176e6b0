'use client'

import { useCallback, useRef, useState } from 'react'
import { messageOf } from '#lib/kernel/errors.ts'
import { type Moves, runTransaction, type TransactionState } from './transactionFlow.ts'
import { isRefusal } from './useWallet.ts'
import type { ContractCall } from './walletActions.ts'
import { loadWallet } from './walletStore.ts'

export interface Transaction {
  readonly state: TransactionState
  /** True while a second click must do nothing. */
  readonly busy: boolean
  /** Sends one call and follows it to its end. Resolves true when it was mined and succeeded. */
  readonly run: (call: ContractCall) => Promise<boolean>
  /** Asks the wallet to move to the network's chain. Resolves true when it did; when declined everything stays as it is. */
  readonly switchChain: () => Promise<boolean>
  readonly reset: () => void
}

/**
 * The one way a transaction leaves the site: the chain is checked and the call rehearsed before the wallet is asked, then
 * it is followed through speed-up and cancellation to success or to the decoded reason.
 */
export function useTransaction(): Transaction {
  const [state, setState] = useState<TransactionState>({ phase: 'idle' })
  const running = useRef(false)

  const run = useCallback(async (call: ContractCall) => {
    if (running.current) return false
    running.current = true
    setState({ phase: 'preparing' })
    try {
      const wallet: Moves = await loadWallet()
      const end = await runTransaction(wallet, call, setState, isRefusal)
      return end.phase === 'mined'
    } catch (error) {
      setState({ phase: 'failed', reason: messageOf(error).split('\n')[0] ?? '' })
      return false
    } finally {
      running.current = false
    }
  }, [])

  const switchChain = useCallback(async () => {
    try {
      await (await loadWallet()).switchChain()
      setState({ phase: 'idle' })
      return true
    } catch (error) {
      if (!isRefusal(error)) setState({ phase: 'failed', reason: messageOf(error).split('\n')[0] ?? '' })
      return false
    }
  }, [])

  return {
    state,
    busy: state.phase === 'preparing' || state.phase === 'signing' || state.phase === 'sent',
    run,
    switchChain,
    reset: useCallback(() => setState({ phase: 'idle' }), []),
  }
}
