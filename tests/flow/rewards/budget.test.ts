import { expect, test } from 'vitest'
import { rewardPage } from '#app/flow/rewards/pages.ts'
import { syncRewards } from '#app/flow/rewards/sync.ts'
import { grants, issued, ordered, owedWork, person, startedFor, told, worked } from './granted.ts'
import { customers } from './issuing.ts'
import { HELD, rewardingShop } from './rewarded.ts'

test.each([{ kind: 'percent', percent: 20 } as const, { kind: 'free-shipping' } as const])(
  'a reward of persons that has no face value ends once its orders have used the budget up: $kind',
  async (what) => {
    const played = await rewardingShop()
    const { shop } = played
    const reward = await startedFor(shop, { what, budgetMinor: 2500, comparisonPercent: 0 })
    const people = customers(played, 3).map(({ id }) => String(id)) as [string, string, string]
    const buys = async (id: string, offMinor: number) => {
      await ordered(shop, id, {
        code: (await grants(shop)).find(({ customer }) => String(customer) === id)!.code!,
        offMinor,
      })
      await worked(shop, id)
      await syncRewards(shop, HELD)
    }
    for (const id of people) await person(shop, id)
    await worked(shop, people[0])
    await worked(shop, people[1])
    await issued(shop)
    await buys(people[0], 2000)
    expect(await rewardPage(shop, reward)).toMatchObject({ state: 'live', comparison: { overshootMinor: 0 } })
    await buys(people[1], 1500)
    expect(await rewardPage(shop, reward)).toMatchObject({
      state: 'ended',
      endedBy: 'budget',
      grants: { granted: 2, used: 2, spentMinor: 3500 },
      comparison: { overshootMinor: 1000 },
    })
    expect(await owedWork(shop)).toContain('grant-everybody')
    await worked(shop, people[2])
    expect(await told(shop)).toEqual([`${reward}/0/0 used`, `${reward}/0/0 used`])
  },
)

test('a reward of face values ends with what was used, not with what is held', async () => {
  const played = await rewardingShop()
  const { shop } = played
  const what = { kind: 'amount', amountMinor: 1000 } as const
  const reward = await startedFor(shop, { what, budgetMinor: 1000, comparisonPercent: 0 })
  const [one] = customers(played, 1).map(({ id }) => String(id)) as [string]
  await person(shop, one)
  await worked(shop, one)
  await issued(shop)
  await syncRewards(shop, HELD)
  expect(await rewardPage(shop, reward)).toMatchObject({ state: 'live' })
  const [grant] = await grants(shop)
  await ordered(shop, one, { code: grant!.code!, offMinor: 1000 })
  await worked(shop, one)
  await syncRewards(shop, HELD)
  expect(await rewardPage(shop, reward)).toMatchObject({ state: 'ended', endedBy: 'budget' })
})
