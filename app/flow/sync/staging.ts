import { Readable } from 'node:stream'

import type { BulkTx } from '#app/outside/database.server.ts'
import type { Rows, RowSet } from './copy-text.ts'
import { STAGED_CUSTOMER_COLUMNS, STAGED_LINE_COLUMNS, STAGED_ORDER_COLUMNS } from './copy-text.ts'

/** Copies rows into staging; where they come from has written them as COPY's text. */
export async function stage(tx: BulkTx, rows: RowSet): Promise<void> {
  if (!rows.orders.isEmpty) await tx.copyIn(`COPY "StagedOrder" (${STAGED_ORDER_COLUMNS}) FROM STDIN`, of(rows.orders))
  if (!rows.lines.isEmpty) await tx.copyIn(`COPY "StagedLine" (${STAGED_LINE_COLUMNS}) FROM STDIN`, of(rows.lines))
  if (!rows.customers.isEmpty)
    await tx.copyIn(`COPY "StagedCustomer" (${STAGED_CUSTOMER_COLUMNS}) FROM STDIN`, of(rows.customers))
}

function of(rows: Rows): Readable {
  return Readable.from([rows.bytes()], { objectMode: false })
}
