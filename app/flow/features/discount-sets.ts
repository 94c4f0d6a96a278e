import type { CopyRow } from '#app/outside/copy-rows.server.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'

/** So many keys are told apart. */
const KEPT_KEYS = 10_000
/** So many arrays are known by their bytes; the others are read element by element. */
const KNOWN_ARRAYS = 10_000

/** The key that stands for every discount that is not told apart, and the same for those of staff. */
export const RARE = 0
const RARE_STAFF = 1
const STAFF = 'staff:'

/**
 * The discount keys of a shop that are told apart: those that at least two orders carry, the most used of them, and those
 * that the merchant has answered about. A shop that gives every customer a code of their own would otherwise cost a string
 * and a row per order; and a key on one order can neither have been open to everyone nor be proposed as a benefit.
 */
export async function readDiscountSets(tx: BulkTx, shop: ShopId, answered: readonly string[]): Promise<DiscountSets> {
  const rows = await tx.query<{ key: string }>(
    `SELECT d."key" FROM "Order" o, unnest(o."discounts") d("key") WHERE o."shop" = $1 AND o."discounts" <> '{}'
      GROUP BY d."key" HAVING count(*) > 1 ORDER BY count(*) DESC, d."key" LIMIT $2`,
    [shop, KEPT_KEYS],
  )
  return new DiscountSets(new Set([...answered, ...rows.map((row) => row.key)]))
}

/** The sets of discounts that orders and lines carry, interned: set 0 is none, and most orders share a few others. */
export class DiscountSets {
  readonly keys: string[] = ['', STAFF]
  /** Per set, the positions of its keys; RARE as often as there are such discounts. */
  readonly sets: number[][] = [[]]
  private readonly keyPositions = new Map<string, number>()
  private readonly setPositions = new Map<string, number>()
  private readonly arrays = new Map<string, number>()
  private readonly isOpen: boolean

  /**
   * @param isOpen  keys that are met are told apart too: for the orders of a few weeks, where there are not too many. A key
   *                that counts has three buyers in a week, so it makes no difference to what counts.
   */
  constructor(kept: Iterable<string>, isOpen = false) {
    this.isOpen = isOpen
    for (const key of kept) {
      this.keyPositions.set(key, this.keys.length)
      this.keys.push(key)
    }
  }

  /** Positions that stand for one discount each. */
  isToldApart(key: number): boolean {
    return key > RARE_STAFF
  }

  /** The set in a text[] field of a row. */
  of(row: CopyRow, field: number): number {
    if (row.isEmptyArray(field)) return 0
    const bytes = row.key(field)
    const known = this.arrays.get(bytes)
    if (known !== undefined) return known
    const set = this.setOf([...new Set(row.texts(field))].map((key) => this.positionOf(key)))
    if (this.arrays.size < KNOWN_ARRAYS) this.arrays.set(bytes, set)
    return set
  }

  keysOf(set: number): string[] {
    return this.sets[set]!.map((position) => this.keys[position]!)
  }

  private positionOf(key: string): number {
    const known = this.keyPositions.get(key)
    if (known !== undefined) return known
    if (key.startsWith(STAFF)) return RARE_STAFF
    if (!this.isOpen) return RARE
    this.keyPositions.set(key, this.keys.length)
    this.keys.push(key)
    return this.keys.length - 1
  }

  private setOf(positions: number[]): number {
    const name = positions.sort((a, b) => a - b).join()
    const known = this.setPositions.get(name)
    if (known !== undefined) return known
    this.sets.push(positions)
    this.setPositions.set(name, this.sets.length - 1)
    return this.sets.length - 1
  }
}
