import { z } from 'zod'
import { TAG_KEYS } from '#app/domain/settings.ts'
import type { SettingsData, SettingsPatch } from '#app/domain/settings.ts'

const TagTexts = z.partialRecord(z.enum(TAG_KEYS), z.string().max(100))

/** What this page may change, and no more: a draft that is minutes old must not turn tagging on again. */
const Editable = z.object({
  language: z.enum(['en', 'ko']).nullable(),
  tagPrefix: z.string().max(100),
  tagTexts: TagTexts,
  orderRule: z.object({
    statuses: z.array(z.string().max(50)).max(20),
    countTests: z.boolean(),
    countCancelled: z.boolean(),
  }),
  benefitCodes: z.record(z.string().min(1).max(300), z.enum(['confirmed', 'declined'])),
  cherryPublicName: z.boolean(),
  rewards: z.object({
    mostPerYear: z.number(),
    coolDays: z.number(),
    deliveryDays: z.number(),
    countries: z.array(z.string().max(10)).max(300),
  }),
  costs: z.object({ goodsShare: z.number(), paymentShare: z.number(), shippingShare: z.number() }).nullable(),
})

const json = z
  .string()
  .max(200_000)
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue({ code: 'custom', message: 'not-json' })
      return z.NEVER
    }
  })

/** A form's field with the draft in it; whether its values may be so is for the domain to say when it is saved. */
export const SettingsFields = json.pipe(Editable).transform((patch) => patch as SettingsPatch)

export function settingsFieldsOf(draft: SettingsData): string {
  return JSON.stringify(Editable.parse(draft))
}

/** Tag settings in an address, for the dry run of a change. */
export const TagFields = z.object({
  tags: json.pipe(
    z.object({
      tagPrefix: z.string().max(100),
      tagTexts: z.record(z.enum(TAG_KEYS), z.string().max(100)),
      cherryPublicName: z.boolean(),
    }),
  ),
})

export function tagFieldsOf({ tagPrefix, tagTexts, cherryPublicName }: SettingsData): { tags: string } {
  return { tags: JSON.stringify({ tagPrefix, tagTexts, cherryPublicName }) }
}
