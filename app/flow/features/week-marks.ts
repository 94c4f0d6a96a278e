/**
 * What the stored discount evidence rests on: a number per shop week (its Monday) that changes when any order of the week
 * that counts comes, goes, is fetched again, or changes hands. Nothing of one week depends on another, so a week whose
 * number is the same need not be counted again. By numbers and not by "fetched since", because an order that was deleted
 * leaves nothing behind that could be newer.
 */
export type WeekMarks = Map<number, number>

/** Adds to a week's number; in any order the same. */
export function mark(marks: WeekMarks, monday: number, value: number): void {
  marks.set(monday, ((marks.get(monday) ?? 0) + value) >>> 0)
}

/** 32 bits of three whole numbers under 2^53. */
export function mixed(a: number, b: number, c: number): number {
  return absorbed(absorbed(absorbed(0x9e3779b1, a), b), c) >>> 0
}

function absorbed(hash: number, value: number): number {
  return scrambled(scrambled(hash ^ (value >>> 0)) ^ ((value / 4_294_967_296) | 0))
}

function scrambled(value: number): number {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}
