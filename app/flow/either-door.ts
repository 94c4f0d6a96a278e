import type { BulkTx, Tx } from '#app/outside/database.server.ts'

/** One statement through either of the two doors of a transaction. */
export async function ask<R>(tx: Tx | BulkTx, text: string, values: unknown[]): Promise<R[]> {
  return 'copyIn' in tx ? tx.query<R>(text, values) : tx.$queryRawUnsafe<R[]>(text, ...values)
}
