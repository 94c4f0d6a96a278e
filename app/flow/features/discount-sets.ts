import type { CopyRow } from '#app/outside/copy-rows.server.ts'

/** The sets of discounts that orders and lines carry, interned: set 0 is none, and most orders share a few others. */
export class DiscountSets {
  readonly keys: string[] = []
  /** Per set, the positions of its keys. */
  readonly sets: number[][] = [[]]
  private readonly keyPositions = new Map<string, number>()
  private readonly setPositions = new Map<string, number>()

  /** The set in a text[] field of a row. */
  of(row: CopyRow, field: number): number {
    if (row.isEmptyArray(field)) return 0
    const bytes = row.key(field)
    const known = this.setPositions.get(bytes)
    if (known !== undefined) return known
    const keys = [...new Set(row.texts(field))].map((key) => this.keyPosition(key))
    this.sets.push(keys)
    this.setPositions.set(bytes, this.sets.length - 1)
    return this.sets.length - 1
  }

  keysOf(set: number): string[] {
    return this.sets[set]!.map((position) => this.keys[position]!)
  }

  private keyPosition(key: string): number {
    const known = this.keyPositions.get(key)
    if (known !== undefined) return known
    this.keys.push(key)
    this.keyPositions.set(key, this.keys.length - 1)
    return this.keys.length - 1
  }
}
