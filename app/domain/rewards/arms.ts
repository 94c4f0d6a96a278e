/** Who is compared with whom: an arm and a text for everybody who could get a reward, the same for ever and everywhere. */
import type { Id } from '#app/domain/order.ts'
import type { Arm } from './grant.ts'

/** Arms are shares of so many places. */
const PLACES = 1000

/**
 * The arm of one person in one reward: a function of the three ids alone, so it is the same after a restart and on every
 * device, and independent between rewards.
 *
 * Known values: of 100,000 people at 10 % between 9,628 and 10,372 are in the comparison group (4 standard deviations); at 0 %
 * nobody is (tests/domain/rewards/arms.test.ts).
 *
 * @param shop               the installation's number
 * @param person             the lowest id of the accounts confirmed to be theirs
 * @param comparisonPercent  0–50
 */
export function armOf(shop: number, reward: number, person: Id, comparisonPercent: number): Arm {
  return placeOf(`arm:${shop}:${reward}:${person}`) < (comparisonPercent / 100) * PLACES ? 'comparison' : 'reward'
}

/** Which of a reward's two texts they read; one text: the first. Independent of the arm. */
export function textOf(shop: number, reward: number, person: Id, texts: number): 0 | 1 {
  return texts > 1 && placeOf(`text:${shop}:${reward}:${person}`) >= PLACES / 2 ? 1 : 0
}

/** Hashed twice: one pass of FNV-1a leaves neighbouring ids in neighbouring places. */
function placeOf(key: string): number {
  return fnv1a(String(fnv1a(key))) % PLACES
}

/**
 * FNV-1a, 32 bits, of a text of ASCII characters.
 *
 * Source: Fowler, Noll, Vo, http://www.isthe.com/chongo/tech/comp/fnv. Known values: "" → 0x811c9dc5, "a" → 0xe40c292c,
 * "foobar" → 0xbf9cf968 (tests/domain/rewards/arms.test.ts).
 */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
