import { expect, test } from 'vitest'
import { activityPage } from '#app/flow/activity.ts'
import { now } from '#app/outside/clock.ts'
import { connectAs, testShop } from '#tests/support/database.ts'

test('a shop where nothing has happened yet has an empty page', async () => {
  const page = await activityPage(await testShop())
  expect(page).toMatchObject({ entries: [], freshness: { lastOrderAt: null, asOf: null, isLate: false } })
})

test('everything that happened is told newest first, and only what is in trouble of the work', async () => {
  const shop = await testShop()
  const at = (minutes: number) => new Date(now() - minutes * 60_000)
  await connectAs('superuser', async (client) => {
    await client.query(
      `INSERT INTO "SyncRun" (shop, kind, subject, state, "rootsRead", "badLines", "startedAt", "finishedAt", problem)
       VALUES ($1, 'history', 'orders', 'done', 16372, '{"bad": 2, "blank": 0, "first": []}', $2, $3, '{"discarded": ["1"]}')`,
      [shop, at(50), at(45)],
    )
    await client.query(
      `INSERT INTO "PublicationRun" (shop, kind, state, customers, "tagsAdded", failures, "startedAt", problem)
       VALUES ($1, 'start', 'running', 5, 3, 1, $2, '{"kind": "shopify-refused", "detail": "Tags cannot be more than 250"}')`,
      [shop, at(10)],
    )
    await client.query(
      `INSERT INTO "Work" (shop, kind, entity, state, attempts, "nextAt", "owedAt", problem) VALUES
       ($1, 'publish', '1', 'waiting', 2, $2, $3, '{"kind": "shopify-throttled"}'),
       ($1, 'recompute', '1', 'dead', 1, $2, $4, '{"kind": "internal"}'),
       ($1, 'nightly', '1', 'waiting', 0, $2, $4, NULL)`,
      [shop, at(-5), at(1), at(20)],
    )
    await client.query(
      `INSERT INTO "PrivacyRequest" (shop, kind, "receivedAt", "dueAt", "doneAt", export)
       VALUES ($1, 'data-request', $2, $3, $4, '\\x01')`,
      [shop, at(30), at(-43_200), at(29)],
    )
    await client.query(`INSERT INTO "Summary" (shop, "asOf", data) VALUES ($1, $2, '{}')`, [shop, at(27 * 60)])
    await client.query(`UPDATE "Shop" SET "lastOrderAt" = $2 WHERE shop = $1`, [shop, at(60)])
  })
  const { entries, freshness } = await activityPage(shop)
  expect(entries).toMatchObject([
    {
      what: 'work',
      kind: 'publish',
      state: 'waiting',
      attempts: 2,
      problem: { kind: 'shopify-throttled', nextTryAt: expect.any(Number) as number },
    },
    { what: 'tag-run', kind: 'start', state: 'running', customers: 5, problem: { kind: 'shopify-refused' } },
    { what: 'work', kind: 'recompute', state: 'dead', problem: { kind: 'internal' } },
    { what: 'privacy', kind: 'data-request', hasExport: true },
    { what: 'import', kind: 'history', subject: 'orders', rows: 16_372, badLines: 2, problem: null },
  ])
  expect(freshness).toMatchObject({ isLate: true })
  expect(freshness.asOf).not.toBeNull()
})
