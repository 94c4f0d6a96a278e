/** What a shop's own history has taught about its sales and its people, as one version of a row. */
import { z } from 'zod'
import { CherryFitShape, pickerShares } from './cherry-mixture.ts'
import { cherryTierOf, type CherryFacts, type CherryTier } from './cherry-picker.ts'
import { DAY_MS, type Instant } from './order.ts'
import type { Thresholds } from './stages.ts'

/** It is learned anew this often: people should not move to and fro with every night's noise. */
const LEARNED_EVERY_DAYS = 7

const LearnedShape = z.object({
  /** The settings that it rests on: with others it is learned anew at once. */
  basis: z.string(),
  /** Null: too few people. */
  mixture: CherryFitShape.nullable(),
  /** Mondays (days of the shop's calendar) of the sale weeks, ascending. */
  saleMondays: z.array(z.number().int()),
  /** What each first-purchase benefit asks for in goods, minor units. */
  minimums: z.record(z.string(), z.number()),
  /** What the orders are like that costs are shares of; null: costs are not named, or the orders brought nothing. */
  usual: z.object({ netPerGoods: z.number(), netPerOrderMinor: z.number() }).nullable(),
  /** The least 12-month amount of a VIP, minor units; null: nobody is. */
  vipFromMinor: z.number().nullable(),
})
export type LearnedData = z.infer<typeof LearnedShape>
export type Learned = LearnedData & { version: number; adoptedAt: Instant }

/** Where nothing is known of a shop yet, or Shopify hides its older orders. */
export const NOTHING_LEARNED: Learned = {
  version: 0,
  adoptedAt: -Infinity,
  basis: '',
  mixture: null,
  saleMondays: [],
  minimums: {},
  usual: null,
  vipFromMinor: null,
}

/** What a row of Learned, as the database gives it, says. */
export function learnedOf(row: { version: number; adoptedAt: Date; data: unknown }): Learned {
  return { ...LearnedShape.parse(row.data), version: row.version, adoptedAt: row.adoptedAt.getTime() }
}

/** Whether it is time to learn anew. */
export function isLearningDue(known: Learned, basis: string, asOf: Instant): boolean {
  return known.basis !== basis || asOf - known.adoptedAt >= LEARNED_EVERY_DAYS * DAY_MS
}

/** The tier of anybody under what a shop has taught. */
export function tierUnder(
  { mixture }: Pick<Learned, 'mixture'>,
  thresholds: Pick<Thresholds, 'cherryOccasions' | 'cherryBenefits'>,
): (facts: CherryFacts) => CherryTier {
  const shareOf = pickerShares(mixture)
  return (facts) => cherryTierOf(facts, thresholds, shareOf(facts))
}
