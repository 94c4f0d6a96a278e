import { SurveyDefinition } from '#app/domain/survey.ts'
import type { BulkTx, ShopId, Tx } from '#app/outside/database.server.ts'
import { Bug } from '#app/errors.ts'
import { ask } from './either-door.ts'

export type StoredSurvey = { definition: SurveyDefinition; isOn: boolean; lastId: number; savedAt: Date }

/** The shop's survey; null: none was saved. */
export async function storedSurvey(tx: Tx | BulkTx, shop: ShopId): Promise<StoredSurvey | null> {
  const [row] = await ask<{ definition: unknown; isOn: boolean; lastId: number; savedAt: Date }>(
    tx,
    `SELECT "definition", "isOn", "lastId", "savedAt" FROM "Survey" WHERE "shop" = $1::int`,
    [shop],
  )
  if (!row) return null
  const read = SurveyDefinition.safeParse(row.definition)
  if (!read.success) throw new Bug(`the survey of shop ${shop} cannot be read`)
  return { ...row, definition: read.data }
}
