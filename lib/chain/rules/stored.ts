/** How decoded values of the chain are stored and shown. */

/** The stored form of a decoded value: bigints as decimal strings, hex in lower case, all else as it is. */
export type Stored<T> = T extends bigint
  ? string
  : T extends string | number | boolean
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Stored<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Stored<T[Key]> }
        : T

/** Stores a decoded value. Addresses, hashes and bytes become lower-case; texts that are not hex stay as they are. */
export function toStored<T>(value: T): Stored<T> {
  return store(value) as Stored<T>
}

function store(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString(10)
  if (typeof value === 'string') return /^0x[0-9a-fA-F]*$/.test(value) ? value.toLowerCase() : value
  if (Array.isArray(value)) return value.map(store)
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, store(item)]))
  return value
}

/** One line of text for a stored value, for tables: nested values as JSON. */
export function showStored(value: unknown): string {
  const stored = store(value)
  return stored !== null && typeof stored === 'object' ? JSON.stringify(stored) : String(stored)
}
