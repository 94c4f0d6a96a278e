import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max'
import type { PhoneNumber } from '#app/domain/same-person.ts'

const OF_A_PERSON = new Set(['MOBILE', 'PERSONAL_NUMBER'])
const OF_A_PLACE = new Set(['FIXED_LINE', 'UAN', 'TOLL_FREE', 'SHARED_COST', 'PREMIUM_RATE', 'VOICEMAIL'])

/**
 * A phone number as written by a person, nationally or internationally, with any punctuation or full-width digits, in
 * E.164, and whether it is one person's or a place's; null if it is no number in that country. A number with an extension
 * is a switchboard's.
 *
 * @param country  two letters, for numbers written nationally; null: only numbers written internationally are read
 *
 * Source: libphonenumber-js with Google's full metadata. North American numbers do not say what they are: `either`.
 * Known value: "010-1234-5678" in KR → +821012345678, mobile.
 */
export function phoneNumberOf(text: string, country: string | null): PhoneNumber | null {
  const parsed = parsed164(text, country) ?? (/^\s*00/.test(text) ? parsed164(text.replace(/^\s*00/, '+'), null) : null)
  if (parsed === null) return null
  const type = parsed.getType()
  const isPlace = parsed.ext !== undefined || (type !== undefined && OF_A_PLACE.has(type))
  const kind = isPlace ? 'fixed' : type !== undefined && OF_A_PERSON.has(type) ? 'mobile' : 'either'
  return { e164: parsed.number, kind }
}

function parsed164(text: string, country: string | null) {
  const parsed = parsePhoneNumberFromString(text, (country?.toUpperCase() as CountryCode) ?? undefined)
  return parsed?.isPossible() ? parsed : null
}
