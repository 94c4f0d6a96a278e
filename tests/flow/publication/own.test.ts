import { describe, expect, test } from 'vitest'
import type { Rule } from '#app/domain/rules/rule.ts'
import { dryRun, dryRunList } from '#app/flow/publication/dry-run.ts'
import { publishCustomer } from '#app/flow/publication/publish-customer.ts'
import { startTagging } from '#app/flow/publication/runs.ts'
import { recomputeOwn } from '#app/flow/segments/own/memberships.ts'
import { deleteOwn, saveOwn } from '#app/flow/segments/own/save.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { refreshCustomer } from '#app/flow/sync/refresh.ts'
import type { ShopId } from '#app/outside/database.server.ts'
import { connectAs } from '#tests/support/database.ts'
import { STILL_MINE, inShopify, ledger, playStages, publishAll } from './published.ts'

const NOW = Date.UTC(2026, 9, 15, 3)
const late: Rule = { kind: 'stage', stages: ['at-risk', 'lapsed'] }
const VIP: Rule = { kind: 'tag', tag: 'vip' }

/** What the features stage leaves of these customers: enough for rules on stages and tags. */
async function known(shop: ShopId): Promise<void> {
  await connectAs('superuser', (client) =>
    client.query(
      `INSERT INTO "CustomerFeatures" (shop, customer, n, orders, "isBusiness", "netMinor", "net12mMinor", "dealLines",
         "dealDiscounted", "dealExpected", "dealVariance", "recentOccasions", "fullPriceOccasions", "benefitsUsed", "freeKits",
         "benefitAttempts", "asOf")
       SELECT shop, customer, 2, 2, false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, now() FROM "Membership" WHERE shop = $1`,
      [shop],
    ),
  )
}

async function withSegments() {
  const played = await playStages([
    { stage: 'at-risk', tags: ['VIP'] },
    { stage: 'repeat', tags: ['vip', 'seg:Late'] },
    { stage: 'lapsed', tags: ['SEG:LATE', 'x'] },
  ])
  await known(played.shop)
  const ids = {
    late: await saveOwn(played.shop, null, { name: 'Late', rule: late }),
    vip: await saveOwn(played.shop, null, { name: '단골', rule: VIP }),
  }
  await recomputeOwn(played.shop, NOW, 'rule')
  return { played, ids, shop: played.shop }
}

describe('the tag of a segment of the merchant', () => {
  test('is in the dry run, which changes nothing, and in its list', async () => {
    const { played, shop } = await withSegments()
    const { tags, preexisting } = await dryRun(shop)
    expect(tags).toContainEqual({ tag: 'seg:Late', adds: 1, removes: 0 })
    expect(tags).toContainEqual({ tag: 'seg:단골', adds: 2, removes: 0 })
    // The merchant's own, in any spelling, whoever is in the segment.
    expect(preexisting).toBe(2)
    expect(await dryRunList(shop)).toContain('1001,"seg:at-risk; seg:Late; seg:단골",,yes')
    expect(inShopify(played, 1001).tags).toEqual(['VIP'])
  })

  test('is given to its members, and a name that was there before us is left alone', async () => {
    const { played, shop } = await withSegments()
    await startTagging(shop)
    await publishAll(shop)
    expect(inShopify(played, 1001)).toEqual({ tags: ['VIP', 'seg:Late', 'seg:at-risk', 'seg:단골'], stage: 'at-risk' })
    expect(inShopify(played, 1002).tags).toEqual(['seg:Late', 'seg:repeat', 'seg:단골', 'vip'])
    expect(inShopify(played, 1003).tags).toEqual(['SEG:LATE', 'seg:lapsed', 'x'])
    const rows = await ledger(shop)
    expect(rows.get(1001)!.tags.sort()).toEqual(['seg:Late', 'seg:at-risk', 'seg:단골'])
    expect(rows.get(1002)!.preexisting).toEqual(['seg:late'])
    expect((await dryRun(shop)).tags).toEqual([])
  })

  test('moves with an edit of the rule, with another name, with the prefix, and goes when it is deleted', async () => {
    const { played, ids, shop } = await withSegments()
    await startTagging(shop)
    await publishAll(shop)
    await saveOwn(shop, ids.vip, { name: '단골', rule: { kind: 'all', rules: [VIP, late] } })
    await recomputeOwn(shop, NOW + 1000, 'rule')
    await publishAll(shop)
    expect(inShopify(played, 1002).tags).toEqual(['seg:Late', 'seg:repeat', 'vip'])
    await saveOwn(shop, ids.vip, { name: 'Fans', rule: { kind: 'all', rules: [VIP, late] } })
    await recomputeOwn(shop, NOW + 2000, 'rule')
    await publishAll(shop)
    expect(inShopify(played, 1001).tags).toEqual(['VIP', 'seg:Fans', 'seg:Late', 'seg:at-risk'])
    await saveSettings(shop, { tagPrefix: 'm:' })
    await publishAll(shop)
    expect(inShopify(played, 1001).tags).toEqual(['VIP', 'm:Fans', 'm:Late', 'm:at-risk'])
    await deleteOwn(shop, ids.late)
    await recomputeOwn(shop, NOW + 3000, 'rule')
    await publishAll(shop)
    expect(inShopify(played, 1001).tags).toEqual(['VIP', 'm:Fans', 'm:at-risk'])
    // Theirs stay for ever.
    expect(inShopify(played, 1002).tags).toContain('seg:Late')
    expect(inShopify(played, 1003).tags).toEqual(['SEG:LATE', 'm:lapsed', 'x'])
  })

  test('is given and taken for one touched customer alone', async () => {
    const { played, ids, shop } = await withSegments()
    await startTagging(shop)
    await publishAll(shop)
    await connectAs('superuser', (client) =>
      client.query('UPDATE "OwnMembership" SET segments = $2, since = $3 WHERE shop = $1 AND customer = 1001', [
        shop,
        [ids.vip],
        [new Date(NOW)],
      ]),
    )
    await publishCustomer(shop, '1001', STILL_MINE)
    expect(inShopify(played, 1001).tags).toEqual(['VIP', 'seg:at-risk', 'seg:단골'])
  })

  test('follows a tag that somebody changes: the customer is worked out again, but only where there are segments', async () => {
    const { played, shop, ids } = await withSegments()
    const rung = async () => {
      played.world.customers.get(1003)!.updatedAt = Date.now() + 1000
      const holder = { shop, entity: '1003', payload: {}, ...STILL_MINE }
      await refreshCustomer(holder as Parameters<typeof refreshCustomer>[0])
      const owed = await connectAs('superuser', (client) =>
        client.query(`DELETE FROM "Work" WHERE shop = $1 AND kind = 'recompute-customer' RETURNING entity`, [shop]),
      )
      return owed.rows
    }
    await rung()
    played.world.customers.get(1003)!.tags.push('VIP')
    expect(await rung()).toEqual([{ entity: '1003' }])
    expect(await rung()).toEqual([])
    for (const id of Object.values(ids)) await deleteOwn(shop, id)
    played.world.customers.get(1003)!.tags.pop()
    expect(await rung()).toEqual([])
  })
})
