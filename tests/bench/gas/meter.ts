/** A fresh chain to measure on: what one transaction costs, receipt.gasUsed, the base of 21,000 and calldata included. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Abi, encodeFunctionData, type Hex, hexToNumber } from 'viem'
import { artifact, type Lab, openLab } from '#tests/staking/lab.ts'
import { type Goal, type Row, row } from '../rows.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** Rows of the same sources are the same to the gas: no address or day may depend on when they are measured. */
const BEGINNING = 1_900_000_000

/** What a row is held against. */
export interface Against {
  readonly peer?: string
  /** The peer's gas. */
  readonly value?: number
  readonly goal?: Goal
  readonly ceiling?: number
}

export interface Contract {
  readonly address: Hex
  readonly abi: Abi
}

export interface Meter {
  readonly lab: Lab
  readonly rows: Row[]
  /** A contract that forge compiled. */
  deploy(file: string, contract: string, ...args: readonly unknown[]): Promise<Contract>
  /** A contract as its package publishes it. */
  deployPackaged(path: string, ...args: readonly unknown[]): Promise<Contract>
  /** The gas of one transaction of `from`; throws when it reverts. */
  gas(from: Hex, to: Contract, functionName: string, ...args: readonly unknown[]): Promise<number>
  /** Adds a row. Its text names the warm-up: which slots were written before. */
  add(id: string, what: string, gas: number, against?: Against): void
}

/** Opens a meter for one section of the table and closes it after `work`. Needs `forge build` before. */
export async function measured(
  section: string,
  say: (line: string) => void,
  work: (meter: Meter) => Promise<void>,
): Promise<Row[]> {
  const lab = await openLab({ beginning: BEGINNING })
  const rows: Row[] = []
  try {
    await work({
      lab,
      rows,
      deploy: async (file, contract, ...args) => {
        const what = artifact(file, contract)
        return { address: await lab.deploy(what, args), abi: what.abi }
      },
      deployPackaged: async (path, ...args) => {
        const text = readFileSync(join(ROOT, 'node_modules', path), 'utf8')
        const what = JSON.parse(text) as ReturnType<typeof artifact>
        return { address: await lab.deploy(what, args), abi: what.abi }
      },
      gas: async (from, to, functionName, ...args) => {
        const data = encodeFunctionData({ abi: to.abi, functionName, args: [...args] })
        return hexToNumber((await lab.send({ from, to: to.address, data })).gasUsed)
      },
      add: (id, what, gas, { peer, value, goal, ceiling } = {}) => {
        const against =
          peer === undefined || value === undefined
            ? undefined
            : { peer, value: Math.round(value), goal: goal ?? null }
        rows.push(row(`${section}.${id}`, what, Math.round(gas), 'gas', against, ceiling ?? null))
        say(`${section}.${id}: ${Math.round(gas)}`)
      },
    })
    return rows
  } finally {
    await lab.stop()
  }
}
