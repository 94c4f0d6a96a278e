/** The road from install to storefront, walked without a person: through the same doors, by HTTP. */
import pg from 'pg'
import type { RunningShop } from '../shop/server.ts'
import type { World } from '../shop/world.ts'
import { openPage, submitForm } from './admin-door.ts'
import { greetingOf } from './greeting.ts'

const STAGES = ['prospect', 'new', 'one-and-done', 'repeat', 'loyal', 'at-risk', 'lapsed'] as const
const OUR_PREFIX = 'seg:'
const IMPORT_WITHIN_MS = 20 * 60_000
const TAGGING_WITHIN_MS = 20 * 60_000
const LIVE_WITHIN_MS = 2 * 60_000
/** Counts of a log move with the clock; beyond this the figures would no longer be the published ones. */
const FRESH_WITHIN_MS = 25 * 60_000

export type Road = {
  world: World
  shop: RunningShop
  apiKey: string
  apiSecret: string
  rowsUrl: string
  /** A log's newest order is now; its figures are known only for as long as that is nearly so. */
  isLog: boolean
  say: (text: string) => void
}

export type Outcome = { figures: Record<string, unknown>; wrong: string[] }

/** Installs, imports, tags and visits; answers the figures and everything that is not as it should be. */
export async function walkTheRoad(road: Road): Promise<Outcome> {
  const { world, say } = road
  const merchantsTags = new Map([...world.customers.values()].map((customer) => [customer.id, [...customer.tags]]))
  const database = new pg.Client({ connectionString: road.rowsUrl })
  await database.connect()
  try {
    say('Installing and importing…')
    await openPage(road, '/app')
    await until(IMPORT_WITHIN_MS, 'the import did not end', async () => {
      const [{ runs, open, failed }] = (await ask(
        database,
        `SELECT (SELECT count(*) FROM "Summary")::int AS runs,
                (SELECT count(*) FROM "Work" WHERE kind <> 'nightly' AND state IN ('waiting', 'running'))::int AS open,
                (SELECT string_agg(kind || ' ' || coalesce(problem::text, state), '; ') FROM "Work" WHERE state IN ('dead', 'parked')) AS failed`,
      )) as [{ runs: number; open: number; failed: string | null }]
      if (failed !== null) throw new Error(`work ended badly: ${failed}`)
      return runs > 0 && open === 0
    })
    for (const path of [
      '/app',
      '/app/segments',
      '/app/segments/repeat',
      '/app/tagging',
      '/app/activity',
      '/app/settings',
    ])
      await openPage(road, path)

    say('Tagging…')
    await submitForm(road, '/app/tagging', { intent: 'start' })
    await until(TAGGING_WITHIN_MS, 'the tag run did not end', async () => {
      const [row] = await ask(database, `SELECT state, problem FROM "PublicationRun" ORDER BY "startedAt" DESC LIMIT 1`)
      if (row?.state === 'failed') throw new Error(`the tag run failed: ${JSON.stringify(row.problem)}`)
      return row?.state === 'done'
    })

    say('Visiting the storefront…')
    const visit = await visitAsEveryStage(road, database)
    const figures = await figuresOf(database, world, merchantsTags, visit.length === 0)
    const wrong = [...visit, ...wrongIn(figures, road)]

    say('Buying on the storefront…')
    const { live, wrong: wrongLive } = await buyAndBeMoved(road, database)
    return { figures: { ...figures, ...live }, wrong: [...wrong, ...wrongLive] }
  } finally {
    await database.end()
  }
}

async function ask(database: pg.Client, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  return (await database.query(sql, values)).rows as Record<string, unknown>[]
}

async function until(withinMs: number, otherwise: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`${otherwise} within ${withinMs / 60_000} minutes`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/** One customer of each stage, and a guest, see the text that is meant for them; answers what they saw instead. */
async function visitAsEveryStage(road: Road, database: pg.Client): Promise<string[]> {
  const wrong: string[] = []
  const visitors = await ask(database, `SELECT stage, min(customer)::text AS customer FROM "Membership" GROUP BY stage`)
  for (const { stage, customer } of [{ stage: 'guest', customer: null }, ...visitors] as {
    stage: string
    customer: string | null
  }[]) {
    const { shown, expected } = await greetingOf(road.shop.origin, customer, stage)
    if (!shown.includes(expected)) wrong.push(`storefront: ${stage} does not see “${expected}”`)
  }
  return wrong
}

/**
 * Somebody who has bought once buys again: tag, storefront and admin follow by themselves, the merchant's own tags stay.
 * The seconds run from the purchase to the tag in the shop.
 */
async function buyAndBeMoved(
  { world, shop }: Road,
  database: pg.Client,
): Promise<{ live: Record<string, unknown>; wrong: string[] }> {
  const [row] = await ask(
    database,
    `SELECT customer::text FROM "Membership" WHERE stage = 'one-and-done' AND NOT "isBusiness" ORDER BY customer LIMIT 1`,
  )
  if (row === undefined) return { live: { live: 'nobody has bought exactly once' }, wrong: ['nobody to buy as'] }
  const customer = world.customers.get(Number(row.customer))!
  const theirs = customer.tags.filter((tag) => !tag.startsWith(OUR_PREFIX)).sort()
  const product = [...world.products.values()][0]!
  const began = performance.now()
  const bought = await fetch(`${shop.origin}/storefront/buy`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: `shop_customer=${customer.id}; shop_cart=${product.id}x1` },
    body: new URLSearchParams(),
  })
  if (bought.status !== 303) throw new Error(`the checkout answered ${bought.status}`)
  const ours = () => customer.tags.filter((tag) => tag.startsWith(OUR_PREFIX)).sort()
  await until(LIVE_WITHIN_MS, 'the purchase did not move its customer', () =>
    Promise.resolve(ours().join() === `${OUR_PREFIX}repeat`),
  )
  const liveSeconds = Math.round((performance.now() - began) / 100) / 10
  const wrong: string[] = []
  await until(LIVE_WITHIN_MS, 'the storefront did not follow the purchase', async () => {
    const { shown, expected } = await greetingOf(shop.origin, String(customer.id), 'repeat')
    return shown.includes(expected)
  })
  if (
    customer.tags
      .filter((tag) => !tag.startsWith(OUR_PREFIX))
      .sort()
      .join() !== theirs.join()
  )
    wrong.push('live: tags that are not ours have changed')
  return { live: { live: wrong.length === 0 ? 'ok' : 'wrong', liveSeconds }, wrong }
}

async function figuresOf(
  database: pg.Client,
  world: World,
  merchantsTags: Map<number, string[]>,
  isStorefrontRight: boolean,
): Promise<Record<string, unknown>> {
  const [counts] = await ask(
    database,
    `SELECT (SELECT count(*) FROM "Order")::int AS orders,
            (SELECT count(*) FROM "Order" WHERE customer IS NULL)::int AS "guestOrders",
            (SELECT count(DISTINCT customer) FROM "Order")::int AS customers,
            (SELECT count(*) FROM "Membership" WHERE "cherryPicker" = 'likely')::int AS "cherryPicker",
            (SELECT "asOf" FROM "Summary") AS "asOf"`,
  )
  const stages = Object.fromEntries(STAGES.map((stage) => [stage, 0]))
  for (const { stage, customers } of await ask(
    database,
    `SELECT stage, count(*)::int AS customers FROM "Membership" GROUP BY stage`,
  ))
    stages[stage as string] = customers as number
  let tagged = 0
  let foreignTagsChanged = 0
  const tags: Record<string, number> = {}
  for (const customer of world.customers.values()) {
    const before = merchantsTags.get(customer.id) ?? []
    const ours = customer.tags.filter((tag) => tag.startsWith(OUR_PREFIX) && !before.includes(tag))
    const theirs = customer.tags.filter((tag) => !ours.includes(tag))
    if (ours.length > 0) tagged += 1
    for (const tag of ours) tags[tag] = (tags[tag] ?? 0) + 1
    if (JSON.stringify([...theirs].sort()) !== JSON.stringify([...before].sort())) foreignTagsChanged += 1
  }
  return {
    asOf: (counts!.asOf as Date).toISOString(),
    orders: counts!.orders,
    guestOrders: counts!.guestOrders,
    customers: counts!.customers,
    stages,
    cherryPicker: counts!.cherryPicker,
    tagged,
    foreignTagsChanged,
    tags,
    storefront: isStorefrontRight ? 'ok' : 'wrong',
  }
}

function wrongIn(figures: Record<string, unknown>, { world, isLog }: Road): string[] {
  const wrong: string[] = []
  if (figures.foreignTagsChanged !== 0) wrong.push('tags that are not ours have changed')
  if (figures.tagged === 0) wrong.push('nobody was tagged')
  if (figures.orders !== world.orders.size)
    wrong.push(`${String(figures.orders)} orders stored of ${world.orders.size} in the shop`)
  const newest = [...world.orders.values()].reduce((latest, order) => Math.max(latest, order.processedAt), 0)
  const lateMs = Date.parse(figures.asOf as string) - newest
  if (isLog && lateMs > FRESH_WITHIN_MS)
    wrong.push(`asOf is ${Math.round(lateMs / 60_000)} minutes after the newest order`)
  return wrong
}
