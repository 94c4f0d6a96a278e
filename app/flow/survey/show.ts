import { onStorefront, SURVEY_KEY, SURVEY_NAMESPACE } from '#app/domain/survey.ts'
import { OutsideFailure } from '#app/errors.ts'
import { SurveyOnInstallationDocument, SurveyShowDocument } from '#app/outside/admin.generated.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import { storedSurvey } from '../stored-survey.ts'

/** Writes the survey where the storefront reads it. Safe to be killed anywhere: what is written twice is the same. */
export async function showSurvey(shop: ShopId): Promise<void> {
  const stored = await withShop(shop, (tx) => storedSurvey(tx, shop))
  const value = JSON.stringify(onStorefront(stored?.definition ?? null, stored?.isOn ?? false))
  const admin = await adminOf(shop)
  const field = { namespace: SURVEY_NAMESPACE, key: SURVEY_KEY }
  const { currentAppInstallation: installation } = await admin.ask(SurveyOnInstallationDocument, field)
  if (installation.metafield?.value === value) return
  const { metafieldsSet: answer } = await admin.change(
    SurveyShowDocument,
    { metafields: [{ ownerId: installation.id, ...field, type: 'json', value }] },
    { isRepeatable: true },
  )
  const words = (answer?.userErrors ?? []).map(({ message }) => message).join(' ')
  if (words !== '') throw new OutsideFailure('shopify-refused', words)
}
