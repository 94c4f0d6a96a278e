/**
 * What a signed-in shopper answers on the storefront, changes and takes back. Who they are is known from Shopify's signature
 * alone; what they do, by a token that was made for them, for one deed.
 */
import { z } from 'zod'
import type { Id } from '#app/domain/order.ts'
import { answersOf, SentAnswers } from '#app/domain/survey.ts'
import type { SurveyAnswers, VisitorSurvey } from '#app/domain/wire.ts'
import { InvalidInput } from '#app/errors.ts'
import { withShopForVisitor, type BulkTx, type ShopId } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { makeToken, readToken, type ShownToken } from '#app/outside/visitor-token.server.ts'
import { deed, question, type Roads, type VisitorHere } from '#app/outside/visitor.server.ts'
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
  if (customer === null) return { answers: {}, token: null }
  const answers = await withShopForVisitor(visitor.shop, (tx) => answersIn(tx, visitor.shop, customer))
  return { answers, token: freshToken(visitor, customer) }
}

async function answersIn(tx: BulkTx, shop: ShopId, customer: Id): Promise<SurveyAnswers> {
  const rows = await tx.query<{ question: number; choices: number[] }>(
    `SELECT "question", "choices" FROM "SurveyAnswer" WHERE "shop" = $1 AND "customer" = $2`,
    [shop, customer],
  )
  return Object.fromEntries(rows.map(({ question: id, choices }) => [id, choices]))
}

/** All of somebody's answers at once, in place of those before. Of who has been erased, or never came, nothing is kept. */
async function answer(
  visitor: VisitorHere,
  { token, answers: sent }: { token: string; answers: z.infer<typeof SentAnswers> },
): Promise<VisitorSurvey> {
  const { shop, customer, shown } = holderOf(visitor, token)
  const kept = await withShopForVisitor(shop, async (tx) => {
    const survey = await storedSurvey(tx, shop)
    const answers = survey?.isOn === true ? answersOf(survey.definition, sent) : null
    if (answers === null) throw new InvalidInput('answers to another survey')
    if (!(await redeem(tx, shop, shown))) throw notAllowed()
    await tx.query(`DELETE FROM "SurveyAnswer" WHERE "shop" = $1 AND "customer" = $2`, [shop, customer])
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
    return answersIn(tx, shop, customer)
  })
  return { answers: kept, token: freshToken(visitor, customer) }
}

async function takeBack(visitor: VisitorHere, { token }: { token: string }): Promise<VisitorSurvey> {
  const { shop, customer, shown } = holderOf(visitor, token)
  await withShopForVisitor(shop, async (tx) => {
    if (!(await redeem(tx, shop, shown))) throw notAllowed()
    await tx.query(`DELETE FROM "SurveyAnswer" WHERE "shop" = $1 AND "customer" = $2`, [shop, customer])
    await owe(tx, shop, 'recompute-customer', customer, {})
  })
  return { answers: {}, token: freshToken(visitor, customer) }
}
