import type { Id, Instant } from '#app/domain/order.ts'
import { readCopy, type CopyRow } from '#app/outside/copy-rows.server.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import { PACKED_TYPES, packedArray, type PackedKind } from '#app/outside/packed-arrays.server.ts'
import type { IdIndex } from '#app/domain/id-index.ts'
import type { Folded } from './fold.ts'

/** So many rows are on their way at once: the driver holds each of them twice. */
const CHUNK = 5_000

type Column = { name: string; kind: PackedKind; values: ArrayLike<number> }

/** The stored columns in order, all but keys and asOf; NaN stands for null. */
function columnsOf({ standings, orders, money, lastOrder, expected12mMinor }: Folded): Column[] {
  return [
    { name: 'n', kind: 'int4', values: standings.n },
    { name: 'orders', kind: 'int4', values: orders },
    { name: 'firstAt', kind: 'time', values: standings.firstAt },
    { name: 'lastAt', kind: 'time', values: standings.lastAt },
    { name: 'firstGapDays', kind: 'float8', values: standings.firstGapDays },
    { name: 'sumLnGapDays', kind: 'float8', values: standings.sumLnGapDays },
    { name: 'isBusiness', kind: 'bool', values: standings.isBusiness },
    { name: 'netMinor', kind: 'int8', values: money.netMinor },
    { name: 'net12mMinor', kind: 'int8', values: money.net12mMinor },
    { name: 'dealLines', kind: 'int4', values: standings.dealLines },
    { name: 'dealDiscounted', kind: 'int4', values: standings.dealDiscounted },
    { name: 'dealExpected', kind: 'float8', values: standings.dealExpected },
    { name: 'dealVariance', kind: 'float8', values: standings.dealVariance },
    { name: 'recentOccasions', kind: 'int4', values: standings.recentOccasions },
    { name: 'fullPriceOccasions', kind: 'int4', values: standings.fullPriceOccasions },
    { name: 'benefitsUsed', kind: 'int4', values: standings.benefitsUsed },
    { name: 'freeKits', kind: 'int4', values: standings.freeKits },
    { name: 'benefitAttempts', kind: 'int4', values: standings.benefitAttempts },
    { name: 'benefitCuts', kind: 'int4', values: standings.benefitCuts },
    { name: 'linkedWithBenefit', kind: 'int4', values: standings.linkedWithBenefit },
    { name: 'first', kind: 'int4', values: standings.first },
    { name: 'laterDiscounted', kind: 'int4', values: standings.laterDiscounted },
    { name: 'saleOccasions', kind: 'int4', values: standings.saleOccasions },
    { name: 'sumSquaredGapDays', kind: 'float8', values: standings.sumSquaredGapDays },
    { name: 'laterLeftMinor', kind: 'int8', values: standings.laterLeftMinor },
    { name: 'lastOrder', kind: 'int8', values: lastOrder },
    { name: 'expected12mMinor', kind: 'int8', values: expected12mMinor },
  ]
}

const READ: Record<PackedKind, (row: CopyRow, field: number) => number> = {
  int4: (row, field) => row.int4(field),
  int8: (row, field) => row.int8(field),
  float8: (row, field) => row.float8(field),
  time: (row, field) => row.time(field),
  bool: (row, field) => (row.bool(field) ? 1 : 0),
}

/** Writes the customers whose facts differ from what is stored, and removes those who are gone. */
export async function writeCustomers(
  tx: BulkTx,
  shop: ShopId,
  folded: Folded,
  index: IdIndex,
  asOf: Instant,
): Promise<void> {
  const { standings } = folded
  const columns = columnsOf(folded)
  const isStored = new Uint8Array(standings.count)
  const gone: number[] = []
  const names = columns.map((column) => `"${column.name}"`).join(', ')
  const sql = `SELECT "customer", ${names}, "asOf" FROM "CustomerFeatures" WHERE "shop" = ${Number(shop)}`
  const stored = await readCopy(tx.copyOut(`COPY (${sql}) TO STDOUT (FORMAT binary)`), columns.length + 2, (row) => {
    const position = index.find(row.int8(0))
    // Worked out since, for this customer alone, from orders that this run does not know yet.
    if (row.time(columns.length + 1) > asOf) {
      if (position >= 0) isStored[position] = 1
      return
    }
    if (position < 0) {
      gone.push(row.int8(0))
      return
    }
    for (let k = 0; k < columns.length; k += 1) {
      const { kind, values } = columns[k]!
      const value = values[position]!
      if (row.isNull(k + 1) ? !Number.isNaN(value) : READ[kind](row, k + 1) !== value) return
    }
    isStored[position] = 1
  })
  if (gone.length > 0)
    await tx.query('DELETE FROM "CustomerFeatures" WHERE "shop" = $1 AND "customer" = ANY($2::bigint[])', [shop, gone])
  let changed: number[] = []
  for (let position = 0; position < standings.count; position += 1) {
    if (isStored[position] === 1) continue
    changed.push(position)
    if (changed.length < CHUNK) continue
    await writeChunk(tx, shop, folded, columns, changed, asOf, stored > 0)
    changed = []
  }
  if (changed.length > 0) await writeChunk(tx, shop, folded, columns, changed, asOf, stored > 0)
}

/** Writes the one customer that was worked out, with the moment, whether or not anything differs. */
export async function writeCustomer(tx: BulkTx, shop: ShopId, folded: Folded, asOf: Instant): Promise<void> {
  await writeChunk(tx, shop, folded, columnsOf(folded), [0], asOf, true)
}

export async function removeCustomer(tx: BulkTx, shop: ShopId, customer: Id): Promise<void> {
  await tx.query('DELETE FROM "CustomerFeatures" WHERE "shop" = $1 AND "customer" = $2::bigint', [shop, customer])
}

async function writeChunk(
  tx: BulkTx,
  shop: ShopId,
  folded: Folded,
  columns: Column[],
  positions: number[],
  asOf: Instant,
  mayExist: boolean,
): Promise<void> {
  const names = columns.map((column) => `"${column.name}"`)
  const casts = columns.map((column, k) => `$${k + 4}::${PACKED_TYPES[column.kind]}`)
  await tx.query(
    `INSERT INTO "CustomerFeatures" ("shop", "asOf", "customer", ${names.join(', ')})
      SELECT $1::int, $2::timestamptz, r.* FROM unnest($3::bigint[], ${casts.join(', ')}) r
      ${
        mayExist
          ? `ON CONFLICT ("shop", "customer") DO UPDATE SET "asOf" = excluded."asOf",
              ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`
          : ''
      }`,
    [
      shop,
      new Date(asOf),
      packedArray('int8', folded.standings.customers, positions),
      ...columns.map(({ kind, values }) => packedArray(kind, values, positions)),
    ],
  )
}
