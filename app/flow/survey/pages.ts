import type { SurveyPage } from '#app/domain/survey-pages.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { themeEditorUrl } from '../theme-editor.ts'
import { storedSurvey } from '../stored-survey.ts'

/** The survey with how often each choice was taken. */
export async function surveyPage(shop: ShopId): Promise<SurveyPage> {
  return withShop(shop, async (tx) => {
    const stored = await storedSurvey(tx, shop)
    const { domain } = await tx.shop.findUniqueOrThrow({ where: { shop }, select: { domain: true } })
    const [{ answered }] = await tx.$queryRaw<[{ answered: number }]>`
      SELECT count(DISTINCT "customer")::int AS answered FROM "SurveyAnswer" WHERE "shop" = ${shop}`
    const rows = await tx.$queryRaw<{ choice: number; count: number }[]>`
      SELECT c AS choice, count(*)::int AS count FROM "SurveyAnswer" CROSS JOIN unnest("choices") c
      WHERE "shop" = ${shop} GROUP BY 1`
    const rewards = await tx.$queryRaw<{ name: string }[]>`
      SELECT "definition" ->> 'name' AS "name" FROM "Reward" WHERE "shop" = ${shop} AND "state" = 'live'
        AND "definition" @? '$.steps[*].conditions[*] ? (@.kind == "survey")' ORDER BY "id"`
    return {
      definition: stored?.definition ?? null,
      isOn: stored?.isOn ?? false,
      savedAt: stored?.savedAt.getTime() ?? null,
      answered,
      counts: Object.fromEntries(rows.map(({ choice, count }) => [choice, count])),
      rewards: rewards.map(({ name }) => name),
      themeEditor: themeEditorUrl(domain, 'preferences'),
    }
  })
}
