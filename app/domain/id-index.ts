/**
 * Positions of Shopify ids (whole numbers under 2^53, above 0) in columns: the n-th new id gets position n. Open
 * addressing in typed arrays, because a map of a million numbers costs five times the memory.
 */
export class IdIndex {
  /** Ids in order of arrival; only the first `size` count. */
  ids: Float64Array
  size = 0
  private slots: Int32Array
  private mask: number

  /** @param expected  how many ids to make room for at once; it grows beyond */
  constructor(expected = 1024) {
    let capacity = 1024
    while (capacity < expected * 1.5) capacity *= 2
    this.ids = new Float64Array(Math.max(1024, expected))
    this.slots = new Int32Array(capacity).fill(-1)
    this.mask = capacity - 1
  }

  /** An index over ids that a column holds already: it is shared, not copied, and must not be added to. */
  static over(ids: Float64Array, size: number): IdIndex {
    const index = new IdIndex()
    index.ids = ids
    index.size = size
    let capacity = 1024
    while (capacity < size * 1.5) capacity *= 2
    index.rehash(capacity)
    return index
  }

  /** Forgets the ids and keeps the room. */
  clear(): void {
    this.size = 0
    this.slots.fill(-1)
  }

  /** The position of an id, or -1. */
  find(id: number): number {
    let slot = this.slotOf(id)
    for (;;) {
      const position = this.slots[slot]!
      if (position < 0 || this.ids[position] === id) return position
      slot = (slot + 1) & this.mask
    }
  }

  /** The position of an id, which is given the next one if it is new. */
  add(id: number): number {
    let slot = this.slotOf(id)
    for (;;) {
      const position = this.slots[slot]!
      if (position < 0) break
      if (this.ids[position] === id) return position
      slot = (slot + 1) & this.mask
    }
    if (this.size === this.ids.length) {
      const wider = new Float64Array(Math.ceil(this.ids.length * 1.5))
      wider.set(this.ids)
      this.ids = wider
    }
    this.ids[this.size] = id
    this.slots[slot] = this.size
    this.size += 1
    if (this.size * 1.5 > this.slots.length) this.rehash(this.slots.length * 2)
    return this.size - 1
  }

  private slotOf(id: number): number {
    const high = Math.floor(id / 4_294_967_296)
    const mixed = Math.imul((id >>> 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b)
    return (mixed ^ (mixed >>> 15)) & this.mask
  }

  private rehash(capacity: number): void {
    this.slots = new Int32Array(capacity).fill(-1)
    this.mask = capacity - 1
    for (let position = 0; position < this.size; position += 1) {
      let slot = this.slotOf(this.ids[position]!)
      while (this.slots[slot]! >= 0) slot = (slot + 1) & this.mask
      this.slots[slot] = position
    }
  }
}
