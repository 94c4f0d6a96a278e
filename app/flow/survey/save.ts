/** The merchant's survey as they save it, and what follows for answers to what it no longer asks. */
import { afterDelivery, numbered, SurveyDefinition } from '#app/domain/survey.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { storedSurvey } from '../stored-survey.ts'

/**
 * Saves what is asked. Answers to a question or a choice that is gone are erased: nobody has agreed to keep them for nothing.
 */
export async function saveSurvey(shop: ShopId, sent: SurveyDefinition): Promise<void> {
  await withShop(shop, async (tx) => {
    const before = await storedSurvey(tx, shop)
    const { definition, lastId } = numbered(
      SurveyDefinition.parse(sent),
      before?.definition ?? null,
      before?.lastId ?? 0,
    )
    const data = { definition, lastId, savedAt: new Date(now()) }
    await tx.survey.upsert({ where: { shop }, create: { shop, isOn: false, ...data }, update: data })
    await forgetAnswersTo(tx, shop, definition)
    await owe(tx, shop, 'show-survey', String(shop), {})
    await lookFor(tx, shop, before?.isOn === true ? definition : null)
  })
}

/** Where its orders are has to be known before somebody can be asked after a delivery. */
async function lookFor(tx: Tx, shop: ShopId, asked: SurveyDefinition | null): Promise<void> {
  if (asked !== null && afterDelivery(asked) !== null) await owe(tx, shop, 'look-at-deliveries', String(shop), {})
}

async function forgetAnswersTo(tx: Tx, shop: ShopId, { questions }: SurveyDefinition): Promise<void> {
  const choices = questions.flatMap((question) => question.choices.map(({ id }) => id))
  const kept = questions.map(({ id }) => id)
  const narrowed = await tx.$executeRaw`
    UPDATE "SurveyAnswer" SET "choices" = ARRAY(SELECT c FROM unnest("choices") c WHERE c = ANY (${choices}::int[]))
    WHERE "shop" = ${shop} AND NOT "choices" <@ ${choices}::int[]`
  const gone = await tx.$executeRaw`
    DELETE FROM "SurveyAnswer" WHERE "shop" = ${shop} AND ("choices" = '{}' OR NOT "question" = ANY (${kept}::int[]))`
  if (narrowed + gone > 0) await owe(tx, shop, 'fill-segments', String(shop), { of: 'data' })
}

/** @throws {InvalidInput} not-found: there is none to switch on */
export async function switchSurvey(shop: ShopId, isOn: boolean): Promise<void> {
  await withShop(shop, async (tx) => {
    const { count } = await tx.survey.updateMany({ where: { shop }, data: { isOn } })
    if (count === 0 && isOn) throw new InvalidInput('no survey to switch on', { code: 'not-found' })
    if (count === 0) return
    await owe(tx, shop, 'show-survey', String(shop), {})
    await lookFor(tx, shop, isOn ? (await storedSurvey(tx, shop))!.definition : null)
  })
}

/** Everybody's answers are gone, and with them their place in segments that look at them. */
export async function eraseAnswers(shop: ShopId): Promise<void> {
  await withShop(shop, async (tx) => {
    await tx.surveyAnswer.deleteMany({ where: { shop } })
    await owe(tx, shop, 'fill-segments', String(shop), { of: 'data' })
  })
}
