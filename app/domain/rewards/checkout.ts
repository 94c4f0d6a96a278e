/** What Shopify's checkout makes of a basket, a buyer and a shop's discounts, as far as Shopify's pages say. */
import type { Instant } from '#app/domain/order.ts'
import { refusalAlone, refusalOf, type Refusal } from './checkout-rules.ts'
import { sumsWith, totalOf, wholeMinor, type Sums } from './checkout-sums.ts'
import {
  codeKey,
  togetherOf,
  type Basket,
  type Buyer,
  type Candidate,
  type CheckoutDiscount,
} from './checkout-terms.ts'

/** What Shopify's pages leave open and this answer rests on. */
export type Doubt =
  /** Once per customer, and nobody knows yet who this is: the address that is written later decides. */
  | { kind: 'address-decides'; id: string }
  /** A minimum is reached before product discounts and not after them, which is what is taken to count. */
  | { kind: 'minimum-after'; id: string }
  /** Free shipping where nothing is asked for shipping: taken to be used up all the same. */
  | { kind: 'shipping-free'; id: string }
  /** An amount taken once stands beside another discount on the same goods. */
  | { kind: 'shared-goods'; id: string }
  /** Shopify's count of uses is behind, and this one has a limit. */
  | { kind: 'uses-late'; id: string }
  /** Another combination takes as much. */
  | { kind: 'tie' }
  /** More combinations than were tried. */
  | { kind: 'untried' }

export type CheckoutAnswer = {
  /** As the basket has them: `offs` in the order of `applied`. */
  lines: { grossMinor: number; offs: { id: string; minor: number }[]; leftMinor: number }[]
  applied: { id: string; code: string | null; minor: number }[]
  /** Every discount that does not apply, and every code that nobody made; `id` null for those. */
  refused: { id: string | null; code: string | null; refusal: Refusal }[]
  doubts: Doubt[]
  goodsMinor: number
  goodsOffMinor: number
  shippingMinor: number
  shippingOffMinor: number
  totalMinor: number
}

/** Codes for goods and for shipping on one order. */
export const MOST_CODES = { goods: 5, shipping: 1 }
/** Combinations looked at before the best so far is taken. */
const MOST_TRIED = 4096

/**
 * What a basket costs a buyer with the codes they typed: the combination of discounts that takes most, and for every other
 * discount why it does not apply. Never throws; amounts that are no whole numbers above 0 count as 0.
 *
 * Sources: https://help.shopify.com/en/manual/discounts/combining-discounts (both sides must allow the other's class; the best
 * combination counts; product discounts before order discounts), https://help.shopify.com/zh-CN/manual/discounts/combining-discounts/examples
 * (percentages of an order each from the same subtotal, amounts after them). What no page says is in `doubts`.
 *
 * Known value: pants 100, shirt 50, boots 200, shipping 20; 20 off pants and 10 % off the order: 297 and 317 with shipping
 * (tests/domain/rewards/checkout.test.ts).
 *
 * @param codes  as typed, in that order
 */
export function priceAtCheckout(
  basket: Basket,
  buyer: Buyer,
  codes: readonly string[],
  discounts: readonly CheckoutDiscount[],
  at: Instant,
): CheckoutAnswer {
  const refused: CheckoutAnswer['refused'] = []
  const candidates: Candidate[] = []
  for (const one of askedFor(discounts, codes)) {
    if (one.discount === null) refused.push({ id: null, code: one.code, refusal: { kind: 'unknown-code' } })
    else {
      const asked = { discount: one.discount, code: one.code }
      const refusal = one.isAsked ? refusalAlone(basket, buyer, asked, at) : notAsked(basket, buyer, asked, at)
      if (refusal === null) candidates.push(asked)
      else refused.push({ id: asked.discount.id, code: asked.code, refusal })
    }
  }
  const { kept, over } = withinLimits(candidates)
  for (const { discount, code } of over)
    refused.push({ id: discount.id, code, refusal: { kind: 'too-many', most: mostOf(discount) } })
  const best = bestOf(basket, kept)
  for (const one of kept)
    if (!best.sums.applied.includes(one))
      refused.push({ id: one.discount.id, code: one.code, refusal: refusalBeside(basket, one, best.sums) })
  return answerOf(basket, best, refused, doubtsOf(basket, buyer, kept, best))
}

type Asked = { discount: CheckoutDiscount | null; code: string | null; isAsked: boolean }

/** Codes in the order they were typed, then automatic discounts, then those that nobody asked for. */
function askedFor(discounts: readonly CheckoutDiscount[], codes: readonly string[]): Asked[] {
  const typed = new Map<string, string>()
  for (const code of codes) {
    const key = codeKey(code)
    if (key !== '' && !typed.has(key)) typed.set(key, code.trim())
  }
  const byCode = new Map<string, CheckoutDiscount>()
  for (const discount of discounts) for (const { code } of discount.codes ?? []) byCode.set(codeKey(code), discount)
  const asked: Asked[] = [...typed].map(([key, code]) => {
    const discount = byCode.get(key) ?? null
    return { discount, code, isAsked: discount?.isDraft !== true }
  })
  const named = new Set(asked.map(({ discount }) => discount))
  for (const discount of discounts)
    if (!named.has(discount))
      asked.push({
        discount,
        code: discount.codes?.[0]?.code ?? null,
        isAsked: discount.codes === null && !discount.isDraft,
      })
  return asked.sort((one, other) => rankOf(one) - rankOf(other))
}

function rankOf({ discount, isAsked }: Asked): number {
  if (!isAsked) return 2
  return discount?.codes === null ? 1 : 0
}

function notAsked(basket: Basket, buyer: Buyer, one: Candidate, at: Instant): Refusal {
  const alone = refusalAlone(basket, buyer, one, at)
  const wouldMinor = alone === null ? sumsWith(basket, [one]).savedMinor : 0
  return { kind: one.discount.isDraft ? 'draft' : 'not-entered', alone, wouldMinor }
}

function mostOf({ takes }: CheckoutDiscount): number {
  return takes.kind === 'free-shipping' ? MOST_CODES.shipping : MOST_CODES.goods
}

/** Only codes for goods are counted out: of those for shipping one wins in any case. */
function withinLimits(candidates: readonly Candidate[]): { kept: Candidate[]; over: Candidate[] } {
  let goods = 0
  const over = candidates.filter(
    ({ discount }) =>
      discount.codes !== null && discount.takes.kind !== 'free-shipping' && (goods += 1) > MOST_CODES.goods,
  )
  return { kept: candidates.filter((one) => !over.includes(one)), over }
}

type Best = { sums: Sums; isTie: boolean; isCutShort: boolean }

/** Tries combinations depth first; a branch that cannot reach the best is left out. */
function bestOf(basket: Basket, candidates: readonly Candidate[]): Best {
  const best: Best = { sums: sumsWith(basket, []), isTie: false, isCutShort: false }
  const alone = candidates.map((one) => sumsWith(basket, [one]).savedMinor)
  const fromHere = alone.map((_minor, place) => totalOf(alone.slice(place)))
  let tried = 0
  const extend = (chosen: readonly Candidate[], chosenMinor: number, from: number) => {
    for (let place = from; place < candidates.length; place += 1) {
      if (chosenMinor + fromHere[place]! < best.sums.savedMinor) return
      const one = candidates[place]!
      if (!chosen.every((other) => togetherOf(one.discount, other.discount))) continue
      if ((tried += 1) > MOST_TRIED) {
        best.isCutShort = true
        return
      }
      const more = [...chosen, one]
      const sums = sumsWith(basket, more)
      if (more.every((each) => refusalOf(basket, each.discount, sums) === null)) take(best, sums)
      extend(more, chosenMinor + alone[place]!, place + 1)
    }
  }
  extend([], 0, 0)
  return best
}

function take(best: Best, sums: Sums): void {
  const gain = sums.savedMinor - best.sums.savedMinor || sums.applied.length - best.sums.applied.length
  if (gain > 0) Object.assign(best, { sums, isTie: false })
  else if (gain === 0 && sums.applied.some((one) => !best.sums.applied.includes(one))) best.isTie = true
}

/** Why a discount that would apply alone does not stand beside the best. */
function refusalBeside(basket: Basket, one: Candidate, best: Sums): Refusal {
  const ownMinor = sumsWith(basket, [one]).savedMinor
  const ids = (those: readonly Candidate[]) => those.map(({ discount }) => discount.id)
  const against = best.applied.filter((other) => !togetherOf(one.discount, other.discount))
  if (against.length > 0) return { kind: 'not-combined', with: ids(against), theirsMinor: best.savedMinor, ownMinor }
  const beside = sumsWith(basket, [...best.applied, one])
  const own = refusalOf(basket, one.discount, beside)
  if (own !== null) return own
  const undone = best.applied.filter(({ discount }) => refusalOf(basket, discount, beside) !== null)
  const [kind, others] = undone.length > 0 ? (['undoes', undone] as const) : (['gives-less', best.applied] as const)
  return { kind, with: ids(others), theirsMinor: best.savedMinor, ownMinor }
}

/** Whoever reached the minimum alone fails it by what product discounts take. */
const DECIDED_AFTER: ReadonlySet<Refusal['kind']> = new Set(['minimum-subtotal', 'undoes'])

function doubtsOf(
  basket: Basket,
  buyer: Buyer,
  kept: readonly Candidate[],
  { sums, isTie, isCutShort }: Best,
): Doubt[] {
  const doubts: Doubt[] = []
  for (const { discount } of sums.applied) {
    const { id, takes } = discount
    if (buyer.kind === 'guest' && discount.oncePerCustomer) doubts.push({ kind: 'address-decides', id })
    if (discount.codes !== null && discount.usageLimit !== null) doubts.push({ kind: 'uses-late', id })
    if (takes.kind === 'free-shipping' && wholeMinor(basket.shippingMinor) === 0)
      doubts.push({ kind: 'shipping-free', id })
    if (takes.kind === 'amount' && !takes.onEach && sums.contested.has(id)) doubts.push({ kind: 'shared-goods', id })
  }
  for (const one of kept)
    if (!sums.applied.includes(one) && DECIDED_AFTER.has(refusalBeside(basket, one, sums).kind))
      doubts.push({ kind: 'minimum-after', id: one.discount.id })
  if (isTie) doubts.push({ kind: 'tie' })
  if (isCutShort) doubts.push({ kind: 'untried' })
  return doubts
}

function answerOf(basket: Basket, { sums }: Best, refused: CheckoutAnswer['refused'], doubts: Doubt[]): CheckoutAnswer {
  const lines = sums.lines.map(({ grossMinor, off, leftMinor }) => ({
    grossMinor,
    offs: sums.applied.flatMap((one) => {
      const minor = off.get(one) ?? 0
      return minor > 0 ? [{ id: one.discount.id, minor }] : []
    }),
    leftMinor,
  }))
  const applied = sums.applied.map((one) => ({
    id: one.discount.id,
    code: one.code,
    minor:
      one.discount.takes.kind === 'free-shipping'
        ? sums.shippingOffMinor
        : totalOf(sums.lines.map(({ off }) => off.get(one) ?? 0)),
  }))
  const goodsMinor = totalOf(lines.map(({ grossMinor }) => grossMinor))
  const goodsOffMinor = goodsMinor - totalOf(lines.map(({ leftMinor }) => leftMinor))
  const shippingMinor = wholeMinor(basket.shippingMinor)
  const { shippingOffMinor } = sums
  const totalMinor = goodsMinor - goodsOffMinor + shippingMinor - shippingOffMinor
  return { lines, applied, refused, doubts, goodsMinor, goodsOffMinor, shippingMinor, shippingOffMinor, totalMinor }
}
