/** A shop that lives on after tagging: somebody buys, another hand changes tags, and the merchant takes a run back. */
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { WorldCustomer } from '../shop/world.ts'
import {
  CANNOT_WALK,
  PATIENT,
  VIEWS,
  appIn,
  buyAs,
  excessWidth,
  installAndImport,
  startTagging,
  untilThere,
  walk,
  type Journey,
  type Locale,
} from './journey.ts'

/** What an import or an update of the whole shop asks Shopify for; the road of one order never does. */
const WHOLE_SHOP = ['BulkRun', 'OrdersUpdated', 'CustomersUpdated']
const PLACES = ['', '/segments', '/segments/repeat', '/tagging', '/tagging/history', '/activity', '/settings']

type Visitor = { locale: Locale; width: number; page: Page }

let journey: Journey
let page: Page
let app: FrameLocator
let visitors: Visitor[] = []
let tagsBefore: Map<number, string[]>

/** The same place in both languages and widths: `isThere` waits for what must be read, and nothing is cut off. */
async function seenByAll(
  place: string,
  name: string,
  isThere: (shown: { page: Page; app: FrameLocator; locale: Locale }) => Promise<void>,
): Promise<void> {
  await Promise.all(
    visitors.map(async ({ locale, width, page: seen }) => {
      await seen.goto(place)
      await isThere({ page: seen, app: appIn(seen), locale })
      expect(await excessWidth(seen), `${name} in ${locale} at ${width}`).toBeLessThanOrEqual(0)
      await journey.picture(seen, `${name}-${locale}-${width}`)
    }),
  )
}

const eventually = (place: string, text: string | RegExp) => untilThere(page, place, app.getByText(text))

/** Somebody whom Morello, and not the merchant, gave this tag. */
function somebodyWith(tag: string): WorldCustomer {
  return [...journey.stack.world.customers.values()].find(
    ({ id, tags }) => id !== journey.jiwoo().id && tags.includes(tag) && !tagsBefore.get(id)!.includes(tag),
  )!
}

/** Tags and metafields of the whole shop, to see whether it is as it was. */
function shopNow(): Map<number, string> {
  return new Map(
    [...journey.stack.world.customers.values()].map(({ id, tags, metafields }) => [
      id,
      JSON.stringify([[...tags].sort(), [...metafields].map(([key, { value }]) => [key, value])]),
    ]),
  )
}

function changedSince(before: Map<number, string>): number {
  return [...shopNow()].filter(([id, what]) => before.get(id) !== what).length
}

describe.skipIf(CANNOT_WALK)('a living shop in a browser', PATIENT, () => {
  walk(
    (begun) => ({ journey, page, app } = begun),
    async (begun) => {
      tagsBefore = new Map([...journey.stack.world.customers.values()].map(({ id, tags }) => [id, [...tags]]))
      await installAndImport(begun)
      await page.goto(journey.adminOf('/tagging'))
      await startTagging(begun)
      await journey.rest()
      visitors = await Promise.all(
        VIEWS.map(async ([locale, width]) => ({ locale, width, page: await journey.openAs(locale, width) })),
      )
    },
  )

  test('지우 buys: within seconds, without an import, her page, the block in Shopify and the storefront follow', async () => {
    const jiwoo = journey.jiwoo()
    const { shop } = journey.stack.shop
    const hers = journey.adminOf(`/customers/${jiwoo.id}`)
    expect(jiwoo.tags).toContain('seg:new')
    await page.goto(hers)
    await app.getByRole('heading', { name: /^New since/ }).waitFor()

    const shopper = await journey.openAs('ko', 390)
    await shopper.goto(`${journey.stack.shop.origin}/storefront/who?id=${jiwoo.id}`)
    await shopper.getByText('지우님, 첫 주문 고마워요').waitFor()
    const calls = shop.callsByName()
    await buyAs(journey, shopper, jiwoo)
    await journey.picture(shopper, 'storefront-thanks-ko-390')
    await expect.poll(() => jiwoo.tags).toContain('seg:repeat')
    expect(jiwoo.tags).not.toContain('seg:new')
    expect(tagsBefore.get(jiwoo.id)!.every((tag) => jiwoo.tags.includes(tag))).toBe(true)
    const asked = Object.entries(shop.callsByName()).filter(([name, count]) => count > (calls[name] ?? 0))
    expect(asked.map(([name]) => name).filter((name) => WHOLE_SHOP.includes(name))).toEqual([])

    const greeting = shopper.getByText('지우님, 또 찾아 주셔서 고마워요')
    await untilThere(shopper, `${journey.stack.shop.origin}/storefront`, greeting)
    await journey.picture(shopper, 'storefront-ko-390')
    await shopper.context().close()

    await eventually(hers, /^Repeat since/)
    await seenByAll(hers, 'customer', async ({ app: hers, locale }) => {
      const inEnglish = locale === 'en'
      await hers.getByRole('heading', { name: inEnglish ? /^Repeat since/ : /부터 재구매$/ }).waitFor()
      const moves = hers.getByRole('region', { name: inEnglish ? 'Recorded moves' : '기록된 이동' })
      await moves.getByText(inEnglish ? 'New' : '신규 (첫 구매 완료)', { exact: true }).waitFor()
      await moves.getByText(inEnglish ? 'Repeat' : '재구매', { exact: true }).waitFor()
      await moves.getByText(inEnglish ? 'After an order or a change to one.' : '주문 또는 주문 변경.').waitFor()
    })
    const inShopify = `${journey.stack.shop.origin}/admin/customers/${jiwoo.id}`
    await seenByAll(inShopify, 'block', async ({ page: seen, locale }) => {
      const block = seen.frameLocator('iframe.extension')
      await block.getByText(locale === 'en' ? /^Repeat since/ : /부터 재구매$/).waitFor()
      await block.getByText(locale === 'en' ? /: New → Repeat$/ : /: 신규 \(첫 구매 완료\) → 재구매$/).waitFor()
    })
  })

  test('another hand removes tags of ours: Morello asks, puts one back and leaves the other off', async () => {
    const { happen } = journey.stack.shop.shop
    const [back, left] = [somebodyWith('seg:at-risk'), somebodyWith('seg:repeat')]
    happen.changeTags(back.id, { remove: ['seg:at-risk'] })
    happen.changeTags(left.id, { remove: ['seg:repeat'] })
    const tagging = journey.adminOf('/tagging')
    const question = (tag: string) => `Another app or staff member removed ${tag} from 1 customer. Put it back?`
    await eventually(tagging, question('seg:at-risk'))
    await eventually(tagging, question('seg:repeat'))
    expect(back.tags).not.toContain('seg:at-risk')
    await seenByAll(tagging, 'asked', async ({ app: seen, locale }) => {
      for (const tag of ['seg:at-risk', 'seg:repeat'])
        await seen
          .getByText(
            locale === 'en' ? question(tag) : `다른 앱/직원이 고객 1명의 ${tag} 태그를 삭제했습니다. 복구하시겠습니까?`,
          )
          .waitFor()
    })

    await app.getByRole('button', { name: 'Leave off: seg:repeat' }).click()
    await app.getByText(question('seg:repeat')).waitFor({ state: 'detached' })
    await app.getByRole('button', { name: 'Put back: seg:at-risk' }).click()
    await app.getByText('No question is open', { exact: false }).waitFor()
    await expect.poll(() => back.tags).toContain('seg:at-risk')

    // Whatever else happens to the other one, it stays off.
    await eventually(tagging, 'Everything is up to date')
    happen.updateCustomer(left.id, { firstName: `${left.firstName} ` })
    await happen.delivered()
    await journey.rest()
    await seenByAll(
      journey.adminOf(`/tagging/history?customer=${back.id}`),
      'history',
      async ({ app: seen, locale }) => {
        const [somebody, kept] =
          locale === 'en'
            ? ['By another app or staff member', 'Kept for 90 days.']
            : ['다른 앱/직원', '90일 동안 보관합니다.']
        await seen.getByText(somebody).first().waitFor()
        await seen.getByText(kept, { exact: false }).waitFor()
      },
    )
    expect(left.tags).not.toContain('seg:repeat')
  })

  test('a rule is edited, its run tags many, and undoing that run leaves the shop as it was, with tagging paused', async () => {
    const before = shopNow()
    const tagging = journey.adminOf('/tagging')
    await page.goto(journey.adminOf('/segments/at-risk'))
    await app.getByRole('spinbutton').first().fill('1.2')
    await app
      .getByText(/\d+ enters?/)
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => changedSince(before)).toBeGreaterThan(0)
    await eventually(tagging, 'Everything is up to date')
    const changed = changedSince(before)

    const would = `${changed} customers would get back the tags from before that run.`
    await seenByAll(tagging, 'undo', async ({ app: seen, locale }) => {
      const [look, text, ask] =
        locale === 'en'
          ? ['See what undo would change', would, 'Undo last run…']
          : [
              '되돌리면 바뀌는 내용 보기',
              `고객 ${changed}명의 태그가 그 실행 전으로 돌아갑니다.`,
              '마지막 실행 되돌리기…',
            ]
      await seen.getByRole('button', { name: look }).click()
      await seen.getByText(text).waitFor()
      await seen.getByRole('button', { name: ask }).click()
    })
    await page.goto(tagging)
    await app.getByRole('button', { name: 'See what undo would change' }).click()
    await app.getByText(would).waitFor()
    await app.getByRole('button', { name: 'Undo last run…' }).click()
    await app.getByText('Tagging then pauses', { exact: false }).waitFor()
    expect(changedSince(before)).toBe(changed)
    await app.getByRole('button', { name: 'Undo and pause tagging' }).click()
    await app.getByText('The last run is undone').waitFor()
    expect(changedSince(before)).toBe(0)
    await seenByAll(tagging, 'undone', async ({ app: seen, locale }) => {
      const [undone, off, paused] =
        locale === 'en'
          ? ['The last run is undone', 'Tagging off', 'Tagging is paused. Nothing is written']
          : ['마지막 실행을 되돌렸습니다', '태그 꺼짐', '태그 달기가 멈춰 있습니다.']
      await seen.getByText(undone).waitFor()
      await seen.getByText(off).waitFor()
      await seen.getByText(paused, { exact: false }).waitFor()
    })
  })

  test.each(PLACES)('after all that app%s stands in both languages and widths', async (place) => {
    const name = `after${place.replaceAll('/', '-')}`
    await seenByAll(journey.adminOf(place), name, async ({ app: seen, locale }) => {
      await seen.locator('h1').first().waitFor()
      expect(await seen.locator('html').getAttribute('lang')).toBe(locale)
    })
  })

  test('no page complained', () => {
    expect(journey.complaints).toEqual([])
  })
})
