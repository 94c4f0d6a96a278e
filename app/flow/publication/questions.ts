/** What somebody else has done to our tags, and what the merchant says to it. */
import type { TagAnswer, TagQuestion, TagQuestions } from '#app/domain/pages.ts'
import { allTags } from '#app/domain/publication.ts'
import { tagKeyOf } from '#app/domain/settings.ts'
import { InvalidInput } from '#app/errors.ts'
import { withShop } from '#app/outside/database.server.ts'
import type { ShopId, Tx } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { readSettings } from '../settings.ts'
import { taggingSettings } from './names.ts'

const EXAMPLES = 10

type Row = {
  kind: TagQuestion['kind']
  key: string
  customers: number
  gaveUp: number
  examples: { customer: string; at: number | null }[]
}

/** Every open question with how many customers it is about. */
export async function tagQuestions(shop: ShopId): Promise<TagQuestions> {
  return withShop(shop, async (tx) => {
    const settings = await taggingSettings(tx, shop)
    const tagOfKey = new Map(allTags(settings).map((tag) => [tagKeyOf(tag), tag]))
    const rows = await openQuestions(tx, shop)
    const questions = rows.map(({ key, ...row }) => ({ ...row, tag: tagOfKey.get(key) ?? key }))
    return { questions, whenRemoved: settings.whenRemoved }
  })
}

function openQuestions(tx: Tx, shop: ShopId): Promise<Row[]> {
  return tx.$queryRaw<Row[]>`
    WITH open AS (
      SELECT 'removed' AS kind, key, customer, ("putBack"->>key)::int IS NOT NULL AS "gaveUp"
      FROM "Ledger", unnest(missing) AS key WHERE shop = ${shop} AND missing <> '{}'
      UNION ALL
      SELECT 'added', lower(normalize(tag, NFC)), customer, false FROM "Ledger", unnest(added) AS tag
      WHERE shop = ${shop} AND added <> '{}'
    ), dated AS (
      SELECT open.*, (SELECT (extract(epoch FROM max(c.at)) * 1000)::float8 FROM "TagChange" c
          WHERE c.shop = ${shop} AND c.customer = open.customer AND c.by = 'somebody'
            AND c.what = CASE open.kind WHEN 'removed' THEN 'remove' ELSE 'add' END
            AND lower(normalize(c.tag, NFC)) = open.key) AS at
      FROM open
    ), ranked AS (
      SELECT *, row_number() OVER (PARTITION BY kind, key ORDER BY at DESC NULLS LAST, customer) AS rank FROM dated
    )
    SELECT kind, key, count(*)::int AS customers, count(*) FILTER (WHERE "gaveUp")::int AS "gaveUp",
      jsonb_agg(jsonb_build_object('customer', customer::text, 'at', at) ORDER BY rank) FILTER (WHERE rank <= ${EXAMPLES})
        AS examples
    FROM ranked GROUP BY kind, key ORDER BY kind DESC, customers DESC, key`
}

/**
 * Does what the merchant answers, for every customer whom the question is about now. Put back: the tag is given again (and
 * three more times without asking, where the setting says so); leave: as it is; take off: a name of ours that somebody has
 * given becomes ours, and goes where the stage does not ask for it.
 *
 * @throws {InvalidInput} if the answer does not fit the question
 */
export async function answerTagQuestion(
  shop: ShopId,
  question: { tag: string; kind: TagQuestion['kind']; answer: TagAnswer },
): Promise<void> {
  const { kind, answer } = question
  if (answer === (kind === 'removed' ? 'take-off' : 'put-back')) throw new InvalidInput(`${answer} of a tag ${kind}`)
  const key = tagKeyOf(question.tag)
  await withShop(shop, async (tx) => {
    const { taggingOn } = await readSettings(tx, shop)
    if (kind === 'removed') await answerRemoved(tx, shop, key, answer)
    else await answerAdded(tx, shop, key, answer)
    if (taggingOn && answer !== 'leave') await owe(tx, shop, 'publish', String(shop), {})
  })
}

async function answerRemoved(tx: Tx, shop: ShopId, key: string, answer: TagAnswer): Promise<void> {
  await (answer === 'leave'
    ? tx.$executeRaw`
        UPDATE "Ledger" SET missing = array_remove(missing, ${key}), "leftOff" = array_append("leftOff", ${key})
        WHERE shop = ${shop} AND ${key} = ANY (missing)`
    : tx.$executeRaw`
        UPDATE "Ledger" SET missing = array_remove(missing, ${key}), "putBack" = "putBack" - ${key}
        WHERE shop = ${shop} AND ${key} = ANY (missing)`)
}

/** `added` holds tags as they are spelled: that is what we own from here on, and take off. */
async function answerAdded(tx: Tx, shop: ShopId, key: string, answer: TagAnswer): Promise<void> {
  const isTakenOff = answer === 'take-off'
  await tx.$executeRaw`
    UPDATE "Ledger" SET added = kept,
      preexisting = CASE WHEN ${isTakenOff} THEN array_remove(preexisting, ${key}) ELSE preexisting END,
      tags = CASE WHEN ${isTakenOff} THEN tags || answered.given ELSE tags END
    FROM (
      SELECT customer AS whose, ARRAY(SELECT tag FROM unnest(added) AS tag WHERE lower(normalize(tag, NFC)) = ${key}) AS given,
        ARRAY(SELECT tag FROM unnest(added) AS tag WHERE lower(normalize(tag, NFC)) <> ${key}) AS kept
      FROM "Ledger" WHERE shop = ${shop} AND added <> '{}'
    ) AS answered
    WHERE shop = ${shop} AND customer = whose AND given <> '{}'`
}
