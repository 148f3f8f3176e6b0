/** Column helpers that every table uses, so that one kind of thing has one type everywhere. */
import { customType, numeric, text, timestamp } from 'drizzle-orm/pg-core'

/** Wei: numeric(78,0) in the database, bigint in code. */
export const wei = (name: string) => numeric(name, { precision: 78, scale: 0, mode: 'bigint' })
/** Database time, the clock of leases and queues. */
export const dbTime = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
/** A lower-case hex address or hash. */
export const hex = (name: string) => text(name).$type<`0x${string}`>()

export const bytea = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: (value) => Buffer.from(value),
  fromDriver: (value) => new Uint8Array(value),
})
