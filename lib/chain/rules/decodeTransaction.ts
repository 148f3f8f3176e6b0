/** What a transaction did, in the words of our contracts. Pure. */
import { decodeFunctionData } from 'viem'
import type { Address, Hex } from '../../kernel/ids.ts'
import { ABIS, type Addresses, CONTRACT_TITLES, contractAt } from './contracts.ts'
import { decode, type RawLog } from './events.ts'
import { showStored } from './stored.ts'

export interface Shown {
  readonly name: string
  readonly args: readonly { readonly name: string; readonly value: string }[]
}

export interface DecodedTransaction {
  /** Title of our contract that was called; null for anything else. */
  readonly contract: string | null
  /** Null when the input is empty or not a call that we know. */
  readonly call: Shown | null
  readonly events: readonly (Shown & { readonly contract: string })[]
}

/** Decodes the input of a transaction and its logs. Logs of contracts that are not ours are left out. */
export function decodeTransaction(
  addresses: Addresses,
  transaction: { readonly to: Address | null; readonly input: Hex; readonly logs: readonly RawLog[] },
): DecodedTransaction {
  const contract = contractAt(addresses, transaction.to)
  return {
    contract: contract && CONTRACT_TITLES[contract],
    call: contract && decodeCall(contract, transaction.input),
    events: transaction.logs.flatMap((log) => {
      const emitter = contractAt(addresses, log.address)
      const event = emitter && decode(emitter, log)
      if (!event) return []
      const args = Object.entries(event.args).map(([name, value]) => ({ name, value: showStored(value) }))
      return [{ contract: CONTRACT_TITLES[emitter], name: event.name, args }]
    }),
  }
}

/** Name and arguments of a call to one of our contracts; null when its interface has no such function. */
export function decodeCall(contract: keyof typeof ABIS, input: Hex): Shown | null {
  try {
    const abi = ABIS[contract]
    const { functionName, args } = decodeFunctionData({ abi, data: input })
    // Functions with one name and two forms do not exist in our contracts, so the name finds the inputs.
    const item = abi.find((entry) => entry.type === 'function' && entry.name === functionName)
    const inputs = item && 'inputs' in item ? item.inputs : []
    return {
      name: functionName,
      args: inputs.map((parameter, index) => ({
        name: parameter.name || `${index}`,
        value: showStored((args as readonly unknown[] | undefined)?.[index]),
      })),
    }
  } catch {
    return null
  }
}
