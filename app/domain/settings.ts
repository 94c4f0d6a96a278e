import { z } from 'zod'
import { costShareOf } from './costs.ts'
import { FirstAnswersShape } from './first-answers.ts'
import { DEFAULT_ORDER_RULE } from './order.ts'
import { DEFAULT_THRESHOLDS } from './stages.ts'

/** Every tag of ours, as a key; its text is the merchant's. */
export const TAG_KEYS = ['new', 'one-and-done', 'repeat', 'loyal', 'at-risk', 'lapsed', 'cherry-picker'] as const
export type TagKey = (typeof TAG_KEYS)[number]

/** The cherry-picker tag's text under the public wording. */
const PUBLIC_CHERRY_TEXT = 'discount-seeking'
/** Longest tag, prefix included, in characters. */
export const TAG_MAX_CHARACTERS = 40

const DEFAULT_TAG_TEXTS: Record<TagKey, string> = {
  new: 'new',
  'one-and-done': 'one-and-done',
  repeat: 'repeat',
  loyal: 'loyal',
  'at-risk': 'at-risk',
  lapsed: 'lapsed',
  'cherry-picker': 'cherry-picker',
}

/** What no tag holds: Shopify splits a tag at a comma and trims it; U+0000 never reaches a text column. */
export const NO_TAG_CHARACTER = /[,\p{Cc}]/u

const tagText = z
  .string()
  .transform((text) => text.normalize('NFC').trim())
  .refine((text) => text.length > 0, 'tag-empty')
  .refine((text) => !NO_TAG_CHARACTER.test(text), 'tag-comma')

const tagPrefix = z
  .string()
  .transform((text) => text.normalize('NFC').trimStart())
  .refine((text) => !NO_TAG_CHARACTER.test(text), 'tag-comma')

const thresholdsShape = z
  .object({
    windowShare: z.number().min(0.5).max(0.99).default(DEFAULT_THRESHOLDS.windowShare),
    windowMaxDays: z.number().int().min(1).max(3650).nullable().default(DEFAULT_THRESHOLDS.windowMaxDays),
    lateRatio: z.number().min(1).max(20).default(DEFAULT_THRESHOLDS.lateRatio),
    lapsedRatio: z.number().min(1).max(40).default(DEFAULT_THRESHOLDS.lapsedRatio),
    loyalOrders: z.number().int().min(2).max(100).default(DEFAULT_THRESHOLDS.loyalOrders),
    cherryOccasions: z.number().int().min(2).max(50).default(DEFAULT_THRESHOLDS.cherryOccasions),
    cherryBenefits: z.number().int().min(2).max(20).default(DEFAULT_THRESHOLDS.cherryBenefits),
  })
  .refine((thresholds) => thresholds.lapsedRatio > thresholds.lateRatio, {
    path: ['lapsedRatio'],
    message: 'lapsed-before-late',
  })

const orderRuleShape = z.object({
  statuses: z
    .array(z.enum(['AUTHORIZED', 'EXPIRED', 'PAID', 'PARTIALLY_PAID', 'PARTIALLY_REFUNDED', 'PENDING', 'VOIDED']))
    .min(1)
    .default(DEFAULT_ORDER_RULE.statuses as ('PAID' | 'PARTIALLY_PAID' | 'PARTIALLY_REFUNDED')[]),
  countTests: z.boolean().default(DEFAULT_ORDER_RULE.countTests),
  countCancelled: z.boolean().default(DEFAULT_ORDER_RULE.countCancelled),
})

const costShare = z.number().min(0).max(1)

/** What holds for all rewards together. */
const rewardRuleShape = z.object({
  /** Most rewards that one person gets within 365 days. */
  mostPerYear: z.number().int('reward-most').min(1, 'reward-most').max(50, 'reward-most').default(4),
  /** Days after one reward in which the same person is offered no other. */
  coolDays: z.number().int('reward-days').min(0, 'reward-days').max(365, 'reward-days').default(14),
  /** Days from sending to delivery, where no carrier says it. */
  deliveryDays: z.number().int('reward-delivery').min(0, 'reward-delivery').max(60, 'reward-delivery').default(5),
  /** Countries that are sold to, as two letters, for the law check; empty: not said. */
  countries: z
    .array(z.string().regex(/^[A-Z]{2}$/, 'reward-countries'))
    .max(250)
    .default([]),
})
const DEFAULT_REWARD_RULE = { mostPerYear: 4, coolDays: 14, deliveryDays: 5, countries: [] }

/**
 * What a merchant may set, with a default for every field, so that `{}` is a shop that has set nothing. Messages are keys
 * of the screen texts: `tag-empty`, `tag-comma`, `tag-long`, `tag-twice`, `lapsed-before-late`,
 * `costs-all`, `reward-…`.
 */
export const SettingsShape = z
  .object({
    /** Null: the language of Shopify admin. */
    language: z.enum(['en', 'ko']).nullable().default(null),
    tagPrefix: tagPrefix.default('seg:'),
    tagTexts: z
      .object({
        new: tagText.default(DEFAULT_TAG_TEXTS.new),
        'one-and-done': tagText.default(DEFAULT_TAG_TEXTS['one-and-done']),
        repeat: tagText.default(DEFAULT_TAG_TEXTS.repeat),
        loyal: tagText.default(DEFAULT_TAG_TEXTS.loyal),
        'at-risk': tagText.default(DEFAULT_TAG_TEXTS['at-risk']),
        lapsed: tagText.default(DEFAULT_TAG_TEXTS.lapsed),
        'cherry-picker': tagText.default(DEFAULT_TAG_TEXTS['cherry-picker']),
      })
      .default(DEFAULT_TAG_TEXTS),
    orderRule: orderRuleShape.default({
      ...DEFAULT_ORDER_RULE,
      statuses: DEFAULT_ORDER_RULE.statuses as ('PAID' | 'PARTIALLY_PAID' | 'PARTIALLY_REFUNDED')[],
    }),
    thresholds: thresholdsShape.default(DEFAULT_THRESHOLDS),
    /** What the merchant said of each discount: is it a first-purchase benefit? */
    benefitCodes: z
      .record(
        z
          .string()
          .min(1)
          .max(300)
          .regex(/^[^\0]+$/),
        z.enum(['confirmed', 'declined']),
      )
      .default({}),
    /** Page and tag say Discount-seeking instead of cherry-picker. */
    cherryPublicName: z.boolean().default(false),
    taggingOn: z.boolean().default(false),
    /** Shopify Flow is told of moves between segments. */
    announceMoves: z.boolean().default(true),
    /** Also of those that the newest edit of a rule brings: ticked with that edit, and gone with the next. */
    announceRuleMoves: z.boolean().default(false),
    /** What happens when somebody else takes a tag of ours off: the merchant is asked, it is put back, or it stays off. */
    whenRemoved: z.enum(['ask', 'put-back', 'leave']).default('ask'),
    /** Each segment exists as a customer segment of Shopify. */
    shopifySegmentsOn: z.boolean().default(false),
    /** Shares of an order's money; null: not named, and an assumption stands in (domain/costs.ts). */
    costs: z
      .object({ goodsShare: costShare, paymentShare: costShare, shippingShare: costShare })
      .refine((costs) => costShareOf(costs).share < 1, 'costs-all')
      .nullable()
      .default(null),
    rewards: rewardRuleShape.default(DEFAULT_REWARD_RULE),
    /** Accounts of one person are looked for, by keyed hashes of e-mail, phone and address (level 2). */
    linkAccounts: z.boolean().default(false),
    /** The web pixel tells us what shoppers who allow it look at. */
    learnFromVisits: z.boolean().default(false),
    /** Names are asked of Shopify for the rows on screen, and never kept (level 2). */
    showNames: z.boolean().default(false),
    setup: z
      .object({
        lookedAt: z.boolean().default(false),
        themeAdded: z.boolean().default(false),
        /** The answers of the setup helper; null: not answered. */
        watchFirst: FirstAnswersShape.nullable().default(null),
        watchFirstDismissed: z.boolean().default(false),
      })
      .default({ lookedAt: false, themeAdded: false, watchFirst: null, watchFirstDismissed: false }),
  })
  .superRefine((settings, context) => {
    const seen = new Set<string>()
    for (const key of TAG_KEYS) {
      const tag = tagOf(key, settings)
      const path = ['tagTexts', key]
      if ([...tag].length > TAG_MAX_CHARACTERS) context.addIssue({ code: 'custom', path, message: 'tag-long' })
      if (seen.has(tagKeyOf(tag))) context.addIssue({ code: 'custom', path, message: 'tag-twice' })
      seen.add(tagKeyOf(tag))
    }
  })

/** What a merchant has set, defaults filled in. */
export type SettingsData = z.infer<typeof SettingsShape>

/** With the version of the row they were read from: 0 while nothing was ever saved. */
export type Settings = SettingsData & { version: number }

/** A change to settings: whole fields, and single entries of the grouped ones. */
export type SettingsPatch = Partial<
  Omit<SettingsData, 'tagTexts' | 'orderRule' | 'thresholds' | 'benefitCodes' | 'rewards' | 'setup'>
> & {
  tagTexts?: Partial<SettingsData['tagTexts']>
  orderRule?: Partial<SettingsData['orderRule']>
  thresholds?: Partial<SettingsData['thresholds']>
  benefitCodes?: Record<string, 'confirmed' | 'declined' | null>
  rewards?: Partial<SettingsData['rewards']>
  setup?: Partial<SettingsData['setup']>
}

/** Settings of a shop that has set nothing. */
export function defaultSettings(): SettingsData {
  return SettingsShape.parse({})
}

/** The settings with a change laid over them, not yet validated. A benefit code set to null is asked about again. */
export function patchedSettings(settings: SettingsData, patch: SettingsPatch): unknown {
  const benefitCodes: Record<string, 'confirmed' | 'declined'> = { ...settings.benefitCodes }
  for (const [key, answer] of Object.entries(patch.benefitCodes ?? {})) {
    if (answer === null) delete benefitCodes[key]
    else benefitCodes[key] = answer
  }
  return {
    ...settings,
    ...patch,
    tagTexts: { ...settings.tagTexts, ...patch.tagTexts },
    orderRule: { ...settings.orderRule, ...patch.orderRule },
    thresholds: { ...settings.thresholds, ...patch.thresholds },
    rewards: { ...settings.rewards, ...patch.rewards },
    setup: { ...settings.setup, ...patch.setup },
    benefitCodes,
  }
}

/** The tag of a key as Shopify gets it: prefix and text, NFC, trimmed. */
export function tagOf(
  key: TagKey,
  settings: Pick<SettingsData, 'tagPrefix' | 'tagTexts' | 'cherryPublicName'>,
): string {
  const own = settings.tagTexts[key]
  const isPublic = key === 'cherry-picker' && settings.cherryPublicName && own === DEFAULT_TAG_TEXTS['cherry-picker']
  return (settings.tagPrefix + (isPublic ? PUBLIC_CHERRY_TEXT : own)).normalize('NFC').trim()
}

/** What two tags are compared by: Shopify keeps the first spelling and takes any other case for the same tag. */
export function tagKeyOf(tag: string): string {
  return tag.normalize('NFC').trim().toLowerCase()
}
