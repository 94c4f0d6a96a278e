import { z } from 'zod'

const count = z.number().int().nonnegative()
const byStage = <T extends z.ZodType>(value: T) =>
  z.object({
    prospect: value,
    new: value,
    'one-and-done': value,
    repeat: value,
    loyal: value,
    'at-risk': value,
    lapsed: value,
  })

/**
 * What one pass over a shop's orders found out about the shop as a whole, as of Summary.asOf. The pages read it, so that no
 * page counts a million orders.
 */
export const SummaryShape = z.object({
  /** Orders, guests' included, and how many of them do not count, by the first reason that holds. */
  orders: count,
  leftOut: z.object({
    guest: count,
    future: count,
    test: count,
    cancelled: count,
    refunded: count,
    unpaid: count,
    zero: count,
    'other-currency': count,
  }),
  customers: byStage(count),
  /** Net money of valid orders in the 365 days before asOf, minor units. */
  revenue12m: byStage(z.number().int()),
  cherryPicker: z.object({ customers: count, revenue12m: z.number().int() }),
  watched: count,
  reorderers: count,
  /** Customers with more than one order whose last one Shopify does not show: in no stage. */
  lastOrderUnknown: count.default(0),
  /** Customers by the stage they were in 182 days before asOf, and of them those who ordered in the 120 days after that. */
  outcomes: byStage(z.object({ then: count, orderedAgain: count })),
  /** First orders at least one return window old that used no first-purchase benefit, and how many came back within it. */
  withoutBenefit: z.object({ matured: count, cameBack: count }),
  /** When the stages were first worked out: what trends show before is replayed. */
  firstAsOf: z.number(),
  /**
   * What the stored evidence of discounts rests on: settings, up to which fetch it knows the orders, and by its Monday the
   * mark of each week, and its buyers with those who had an open discount (absent from what an earlier version has written).
   */
  evidence: z.object({
    basis: z.string(),
    upTo: z.number(),
    marks: z.record(z.string(), z.number()).default({}),
    weeks: z.record(z.string(), z.tuple([count, count])).default({}),
  }),
})

export type SummaryData = z.infer<typeof SummaryShape>
