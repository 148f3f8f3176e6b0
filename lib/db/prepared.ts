/**
 * Statements of the query builder as prepared ones. Unprepared, the driver asks the server about every statement's
 * parameters before it sends them: two round trips and a plan each time. Prepared, a connection does that once.
 */
import type { Sql, TransactionSql } from 'postgres'

/** Longer ones (inserts of many rows, each count its own text) are rare and would fill the server's memory. */
const LONGEST = 8_000

/** The same client, whose `unsafe` with parameters prepares; inside its transactions and savepoints too. */
export function preparing<Client extends Sql | TransactionSql>(client: Client): Client {
  return new Proxy(client, {
    get(target, name, receiver) {
      if (name === 'unsafe') {
        const unsafe: Sql['unsafe'] = (query, parameters = [], options = {}) =>
          target.unsafe(query, parameters, {
            ...options,
            prepare: parameters.length > 0 && query.length <= LONGEST,
          })
        return unsafe
      }
      if (name === 'begin' || name === 'savepoint') {
        const open = Reflect.get(target, name, receiver) as (
          work: (inner: TransactionSql) => unknown,
        ) => unknown
        return (work: (inner: TransactionSql) => unknown) => open((inner) => work(preparing(inner)))
      }
      return Reflect.get(target, name, receiver)
    },
  })
}
