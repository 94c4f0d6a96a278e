/**
 * What a signed-in shopper answers on the storefront, changes and takes back. Who they are is known from Shopify's signature
 * alone; what they do, by a token that was made for them, for one deed.
 */
import { z } from 'zod'
import type { Id, Instant } from '#app/domain/order.ts'
import { afterDelivery, answersOf, SentAnswers, type SurveyDefinition } from '#app/domain/survey.ts'
import type { SurveyAnswers, VisitorSurvey } from '#app/domain/wire.ts'
import { InvalidInput } from '#app/errors.ts'
import { withShopForVisitor, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { makeToken, readToken, type ShownToken } from '#app/outside/visitor-token.server.ts'
import { deed, question, type Roads, type VisitorHere } from '#app/outside/visitor.server.ts'
import { readSettings } from '../settings.ts'
import { validOrderSql } from '../valid-orders.ts'
import { redeem } from '../visitor-tokens.ts'
import { storedSurvey } from '../stored-survey.ts'

const Token = z.string().max(200)

export const SURVEY_ROADS: Roads = {
  survey: question(askSurvey),
  answer: deed(z.strictObject({ token: Token, consent: z.literal(true), answers: SentAnswers }), answer),
  'take-back': deed(z.strictObject({ token: Token }), takeBack),
}

/** Shopify's ids fit into 64 bits; nobody we know has a longer one. */
const LARGEST_ID = 2n ** 63n - 1n

function signedIn({ customerId }: VisitorHere): Id | null {
  return customerId !== null && BigInt(customerId) <= LARGEST_ID ? customerId : null
}

const notAllowed = () => new InvalidInput('a token that is not the visitor’s', { code: 'not-allowed' })

function holderOf(visitor: VisitorHere, token: string): { shop: ShopId; customer: Id; shown: ShownToken } {
  const { shop, at } = visitor
  const customer = signedIn(visitor)
  const shown = customer === null ? null : readToken({ shop, customerId: customer, purpose: 'survey' }, token, at)
  if (customer === null || shown === null) throw notAllowed()
  return { shop, customer, shown }
}

function freshToken({ shop, at }: VisitorHere, customerId: Id): string {
  return makeToken({ shop, customerId, purpose: 'survey' }, 0, at)
}

async function askSurvey(visitor: VisitorHere): Promise<VisitorSurvey> {
  const customer = signedIn(visitor)
  if (customer === null) return { answers: {}, token: null, delivery: null }
  const told = await withShopForVisitor(visitor.shop, async (tx) => {
    const survey = await storedSurvey(tx, visitor.shop)
    return toldOf(tx, visitor, customer, survey?.isOn === true ? survey.definition : null)
  })
  return { ...told, token: freshToken(visitor, customer) }
}

async function toldOf(
  tx: BulkTx,
  { shop, at }: VisitorHere,
  customer: Id,
  definition: SurveyDefinition | null,
): Promise<Omit<VisitorSurvey, 'token'>> {
  const rows = await tx.query<{ question: number; choices: number[]; answeredAt: Date }>(
    `SELECT "question", "choices", "answeredAt" FROM "SurveyAnswer" WHERE "shop" = $1 AND "customer" = $2`,
    [shop, customer],
  )
  const answers: SurveyAnswers = Object.fromEntries(rows.map(({ question: id, choices }) => [id, choices]))
  const after = definition === null ? null : afterDelivery(definition)
  const deliveredAt = after === null ? null : await lastDelivery(tx, shop, customer, at)
  if (deliveredAt === null) return { answers, delivery: null }
  const isAnswered = rows.some((row) => row.question === after && row.answeredAt.getTime() >= deliveredAt)
  return { answers, delivery: isAnswered ? 'answered' : 'due' }
}

/** When the last of their orders that count came, as far as it is known; null: none has. */
async function lastDelivery(tx: BulkTx, shop: ShopId, customer: Id, at: Instant): Promise<Instant | null> {
  const { orderRule, rewards } = await readSettings(tx, shop)
  const [row] = await tx.query<{ at: Date | null }>(
    `SELECT max(w."at") AS "at" FROM (
       SELECT coalesce(d."deliveredAt", d."fulfilledAt" + $3 * interval '24 hours') AS "at"
       FROM "Order" o JOIN "Delivery" d ON d."shop" = o."shop" AND d."order" = o."id"
       WHERE o."shop" = $1 AND o."customer" = $2 AND (o."currentQuantity" > 0 OR o."quantity" = 0)
         AND ${validOrderSql('o', { shop, asOf: at, orderRule })}) w
     WHERE w."at" <= $4`,
    [shop, customer, rewards.deliveryDays, new Date(at)],
  )
  return row?.at?.getTime() ?? null
}

/**
 * Somebody's answers at once, in place of those before; what they said after a delivery stays where it is not sent. Of who has
 * been erased, or never came, nothing is kept.
 */
async function answer(
  visitor: VisitorHere,
  { token, answers: sent }: { token: string; answers: z.infer<typeof SentAnswers> },
): Promise<VisitorSurvey> {
  const { shop, customer, shown } = holderOf(visitor, token)
  const kept = await withShopForVisitor(shop, async (tx) => {
    const survey = await storedSurvey(tx, shop)
    const answers = survey?.isOn === true ? answersOf(survey.definition, sent) : null
    if (survey === null || answers === null) throw new InvalidInput('answers to another survey')
    const after = afterDelivery(survey.definition)
    if (
      answers.some((each) => each.question === after) &&
      (await lastDelivery(tx, shop, customer, visitor.at)) === null
    )
      throw new InvalidInput('an answer about a delivery that there was not')
    if (!(await redeem(tx, shop, shown))) throw notAllowed()
    await tx.query(
      `DELETE FROM "SurveyAnswer" WHERE "shop" = $1 AND "customer" = $2 AND "question" IS DISTINCT FROM $3::int`,
      [shop, customer, after !== null && String(after) in sent ? null : after],
    )
    const written = await tx.query(
      `INSERT INTO "SurveyAnswer" ("shop", "customer", "question", "choices", "consentedAt", "answeredAt")
       SELECT c."shop", c."id", a."question", ARRAY(SELECT jsonb_array_elements_text(a."choices")::int), $3, $3
       FROM "Customer" c CROSS JOIN jsonb_to_recordset($4::jsonb) AS a ("question" int, "choices" jsonb)
       WHERE c."shop" = $1 AND c."id" = $2 RETURNING 1`,
      [shop, customer, new Date(visitor.at), JSON.stringify(answers)],
    )
    if (written.length === 0) throw notAllowed()
    await owe(tx, shop, 'recompute-customer', customer, {})
    // A reward may hang on it.
    await owe(tx, shop, 'grant-customer', customer, {})
    return toldOf(tx, visitor, customer, survey.definition)
  })
  return { ...kept, token: freshToken(visitor, customer) }
}

async function takeBack(visitor: VisitorHere, { token }: { token: string }): Promise<VisitorSurvey> {
  const { shop, customer, shown } = holderOf(visitor, token)
  const left = await withShopForVisitor(shop, async (tx) => {
    if (!(await redeem(tx, shop, shown))) throw notAllowed()
    await tx.query(`DELETE FROM "SurveyAnswer" WHERE "shop" = $1 AND "customer" = $2`, [shop, customer])
    await owe(tx, shop, 'recompute-customer', customer, {})
    const survey = await storedSurvey(tx, shop)
    return toldOf(tx, visitor, customer, survey?.isOn === true ? survey.definition : null)
  })
  return { ...left, token: freshToken(visitor, customer) }
}
