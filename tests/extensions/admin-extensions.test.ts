/** The extensions in Shopify admin, as the CLI builds them, in a browser: every state, in both languages. */
import { spawnSync } from 'node:child_process'
import { buildClientSchema, parse, validate, type IntrospectionQuery } from 'graphql'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { NamedGrant } from '#app/domain/rewards/person-pages.ts'
import type { CustomerPage, CustomerView, MembersForBlock } from '#app/domain/pages.ts'
import { customerBlock } from '#app/ui/customer-block.ts'
import { segmentBlock } from '#app/ui/segment-block.ts'
import { read } from '#tests/structure/source.ts'
import { adminIntrospection } from '#tests/support/admin-schema.mjs'
import { appBuild, type AppBuild } from '#tests/support/app-build.ts'
import { FRESH, LATE } from '#tests/ui/sample-freshness.ts'
import { CUSTOMER, NO_ORDERS_CUSTOMER } from '#tests/ui/sample-pages.ts'
import { play, played, type Answer, type Members } from './admin-stand-in.ts'

const CHROMIUM = spawnSync('which', ['chromium']).stdout.toString().trim()
const LOCALES = ['en', 'ko'] as const
type Locale = (typeof LOCALES)[number]
const TIME_ZONE = 'Asia/Seoul'

let build: AppBuild
let browser: Browser
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  if (CHROMIUM === '') return
  build = await appBuild()
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  page = await browser.newPage()
  page.setDefaultTimeout(120_000)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
})
afterAll(async () => {
  await browser?.close()
  build?.stop()
})
beforeEach(() => {
  complaints.length = 0
  return () => expect(complaints).toEqual([])
})

const words = (folder: string, locale: Locale) =>
  JSON.parse(read(`extensions/${folder}/locales/${locale === 'en' ? 'en.default' : 'ko'}.json`)) as {
    [key: string]: string & { title: string; text: string }
  }
const shown = async (): Promise<string> => (await page.textContent('body')) ?? ''
const ok = (body: unknown): Answer => ({ status: 200, body })

/** Elements that Shopify has for a target, by the list in its own package. */
function elementsOf(kind: 'Block' | 'Action'): Set<string> {
  const folder = 'node_modules/@shopify/ui-extensions/src/surfaces/admin/components'
  const names = [`${folder}/StandardComponents.ts`, `${folder}/${kind}ExtensionComponents.ts`].flatMap((file) =>
    [...read(file).matchAll(/\| '(\w+)'/g)].map((match) => match[1]!),
  )
  return new Set(names.map((name) => `s-${name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}`))
}

async function expectOnlyElementsOf(kind: 'Block' | 'Action'): Promise<void> {
  const used = await page.evaluate(() => [...document.body.querySelectorAll('*')].map((one) => one.localName))
  expect(used.filter((name) => name !== 'script' && !elementsOf(kind).has(name))).toEqual([])
}

describe.skipIf(CHROMIUM === '' && process.env.CI !== 'true')('the block on the customer’s page', () => {
  const folder = 'customer-block'
  const stage = (locale: Locale, answers: Answer[], selected: string | null = 'gid://shopify/Customer/7012345678001') =>
    play(page, { folder, script: build.bundle(folder), locale, selected, answers })
  type Without = CustomerView & { state: 'last-order-unknown' | 'waiting' | 'absent' }
  const about = {
    customer: CUSTOMER.customer,
    moves: [],
    exclusions: [{ id: 1, segment: null, reason: 'returns everything', since: 0, until: Date.UTC(2027, 2, 4) }],
    shopifyUrl: CUSTOMER.shopifyUrl,
    freshness: FRESH,
  }
  const known = (locale: Locale, over: Partial<CustomerPage> = {}, newest: NamedGrant | null = null) => {
    const view = { ...about, state: 'known' as const, page: { ...CUSTOMER, ...over } }
    return customerBlock({ state: 'read', view, timezone: TIME_ZONE }, newest, locale)
  }
  const without = (locale: Locale, of: Pick<Without, 'state'> & { orders?: number }) =>
    customerBlock({ state: 'read', view: { ...about, orders: 3, ...of } as Without, timezone: TIME_ZONE }, null, locale)

  test.each(LOCALES)(
    'in %s: the segment, why, what comes next, the window, the moves, and the way to the rest',
    async (locale) => {
      const answer = known(locale)
      if (answer.state !== 'known') throw new Error(answer.state)
      await stage(locale, [ok(answer)])
      const { customer } = answer
      await page.locator('s-badge').waitFor({ state: 'attached' })
      for (const text of [customer.since, customer.why, customer.next, customer.window, customer.flag!, customer.asOf])
        expect(await shown()).toContain(text)
      expect(customer.keptOut).toHaveLength(1)
      expect(await shown()).toContain(customer.keptOut[0]!)
      expect(await page.locator('s-list-item').allTextContents()).toEqual(customer.moves)
      expect(customer.moves).toHaveLength(3)
      const link = page.locator('s-link')
      expect([await link.textContent(), await link.getAttribute('href')]).toEqual([
        words(folder, locale).seeAll,
        'app:app/customers/7012345678001',
      ])
      expect(await page.locator('s-admin-block').getAttribute('heading')).toBe(words(folder, locale).name)
      // Shut, it still names the segment.
      const summary = await page
        .locator('s-admin-block')
        .evaluate(
          (block) =>
            (block as { collapsedSummary?: string }).collapsedSummary ?? block.getAttribute('collapsedsummary'),
        )
      expect(summary).toBe(customer.label)
      await expectOnlyElementsOf('Block')
      expect((await played(page)).asked).toEqual([
        { url: `/block/customer?id=7012345678001&locale=${locale}`, method: 'GET', body: null },
      ])
    },
  )

  test.each(LOCALES)(
    'in %s: the last reward in one line with its state, and no line where there was none',
    async (locale) => {
      const at = Date.UTC(2026, 10, 10)
      const grant: NamedGrant = {
        id: 1,
        reward: 3,
        name: 'Welcome',
        step: 0,
        turn: 0,
        customer: '1',
        person: '1',
        state: 'issued',
        what: { kind: 'percent', percent: 10 },
        reservedMinor: null,
        code: 'X',
        grantedAt: at,
        issuedAt: at,
        // The end of 31 December in Seoul.
        expiresAt: Date.UTC(2026, 11, 31, 15),
        usedAt: null,
        usedOrder: null,
        spentMinor: null,
        orderName: null,
      }
      const used = { ...grant, state: 'used' as const, usedAt: at, usedOrder: '9', orderName: '#1009' }
      const states: [NamedGrant, string, string][] = [
        [
          grant,
          'Last reward: Welcome, theirs since Nov 10, 2026, until Dec 31, 2026.',
          '최근 혜택: Welcome, 받은 날 2026년 11월 10일, 마지막 날 2026년 12월 31일.',
        ],
        [
          { ...grant, state: 'waiting' },
          'Last reward: Welcome, waits for your decision since Nov 10, 2026.',
          '최근 혜택: Welcome, 결정을 기다리고 있습니다(시작 2026년 11월 10일).',
        ],
        [
          { ...grant, state: 'asked' },
          'Last reward: Welcome, granted on Nov 10, 2026, Shopify is making it.',
          '최근 혜택: Welcome, Shopify에서 만드는 중입니다(지급 결정 2026년 11월 10일).',
        ],
        [
          used,
          'Last reward: Welcome, used on order #1009, Nov 10, 2026.',
          '최근 혜택: Welcome, 사용한 주문 #1009, 2026년 11월 10일.',
        ],
      ]
      for (const [newest, en, ko] of states) {
        await stage(locale, [ok(known(locale, {}, newest))])
        await page.getByText(locale === 'en' ? en : ko, { exact: true }).waitFor({ state: 'attached' })
      }
      await expectOnlyElementsOf('Block')
      await stage(locale, [ok(known(locale))])
      await page.locator('s-badge').waitFor({ state: 'attached' })
      expect(await shown()).not.toMatch(/Last reward|최근 혜택/)
    },
  )

  test.each(LOCALES)(
    'in %s: nobody reads the word cherry-picker there, and what is not worked out is left out',
    async (locale) => {
      for (const tier of ['none', 'possible', 'likely'] as const) {
        await stage(locale, [ok(known(locale, { cherry: { tier, evidence: [] } }))])
        await page.locator('s-badge').waitFor({ state: 'attached' })
        expect(await shown()).not.toMatch(/cherry|체리/i)
        expect(await shown()).toMatch(locale === 'en' ? /Discount-seeking: / : /할인 선호 고객: /)
      }
      await stage(locale, [ok(known(locale, { freshness: { ...FRESH, isLimited: true } }))])
      await page.locator('s-badge').waitFor({ state: 'attached' })
      expect(await shown()).not.toMatch(/Discount-seeking|할인 선호/)
    },
  )

  test.each(LOCALES)(
    'in %s: late figures are red and say so; somebody without an order and without a move',
    async (locale) => {
      await stage(locale, [ok(known(locale, { freshness: LATE }))])
      const red = page.locator('s-text[tone=critical]')
      await red.waitFor({ state: 'attached' })
      expect(await red.textContent()).toMatch(locale === 'en' ? /later than promised/ : /약속보다 늦습니다/)
      await stage(locale, [ok(known(locale, NO_ORDERS_CUSTOMER))])
      await page.getByText(words(folder, locale).noMoves!).waitFor({ state: 'attached' })
      expect(await page.locator('s-text[tone=critical]').count()).toBe(0)
    },
  )

  test.each(LOCALES)('in %s: while it is asked, a sign of it', async (locale) => {
    await stage(locale, ['nothing yet'])
    const spinner = page.locator('s-spinner')
    await spinner.waitFor({ state: 'attached' })
    expect(
      await spinner.evaluate(
        (one) => (one as { accessibilityLabel?: string }).accessibilityLabel ?? one.getAttribute('accessibilitylabel'),
      ),
    ).toBe(words(folder, locale).loading)
    await expectOnlyElementsOf('Block')
  })

  test.each(LOCALES)('in %s: a customer whom we do not know, and a shop that is not imported yet', async (locale) => {
    await stage(locale, [ok(without(locale, { state: 'absent' }))])
    await page.getByText(words(folder, locale).unknown!).waitFor({ state: 'attached' })
    await stage(locale, [ok(customerBlock({ state: 'not-imported' }, null, locale))])
    await page.getByText(words(folder, locale).notImported!).waitFor({ state: 'attached' })
    expect(await page.locator('s-link').getAttribute('href')).toBe('app:app')
    await stage(locale, [], null)
    await page.getByText(words(folder, locale).unknown!).waitFor({ state: 'attached' })
    expect((await played(page)).asked).toEqual([])
  })

  test.each(LOCALES)(
    'in %s: somebody in no stage, because it is not worked out or Shopify hides too much',
    async (locale) => {
      for (const state of ['waiting', 'last-order-unknown'] as const) {
        const answer = without(locale, { state })
        if (answer.state !== 'unplaced') throw new Error(answer.state)
        await stage(locale, [ok(answer)])
        await page.locator('s-heading').waitFor({ state: 'attached' })
        expect(await page.locator('s-heading').textContent()).toBe(answer.title)
        expect(await page.locator('s-paragraph').textContent()).toBe(answer.text)
        expect(await page.locator('s-link').getAttribute('href')).toBe(`app:app/customers/${CUSTOMER.customer}`)
        if (state === 'last-order-unknown') expect(answer.text).toContain('3')
      }
      await expectOnlyElementsOf('Block')
    },
  )

  test.each(LOCALES)('in %s: no access is said, with the way to renew it', async (locale) => {
    for (const status of [401, 403]) {
      await stage(locale, [{ status, body: { code: 'shop-gone' } }])
      const banner = page.locator('s-banner')
      await banner.waitFor({ state: 'attached' })
      expect(await banner.getAttribute('heading')).toBe(words(folder, locale).noAccess!.title)
      expect(await shown()).toContain(words(folder, locale).noAccess!.text)
      expect(await page.locator('s-link').getAttribute('href')).toBe('app:app')
    }
  })

  test.each(LOCALES)('in %s: our server down breaks nothing, and asking again brings the answer', async (locale) => {
    const answers: Answer[] = [
      'not reached',
      { status: 500, body: {} },
      { status: 503, body: { code: 'database-unavailable' } },
      { status: 429, body: { code: 'too-many-requests' } },
      'no JSON',
      ok({ state: 'of a later version' }),
      ok(known(locale)),
    ]
    await stage(locale, answers)
    const banner = page.locator('s-banner')
    for (const [tried] of answers.slice(1).entries()) {
      await banner.waitFor({ state: 'attached' })
      expect(await banner.getAttribute('heading')).toBe(words(folder, locale).down!.title)
      expect(await shown()).toContain(words(folder, locale).down!.text)
      expect((await played(page)).asked).toHaveLength(tried + 1)
      await page.locator('s-button').dispatchEvent('click')
      await page.waitForFunction(
        (count) => (window as unknown as { played: { asked: unknown[] } }).played.asked.length > count,
        tried + 1,
      )
    }
    await page.locator('s-badge').waitFor({ state: 'attached' })
    expect(await banner.count()).toBe(0)
  })

  test('an answer that does not come is not waited for for ever', async () => {
    const own = await browser.newPage()
    await own.clock.install()
    await play(own, {
      folder,
      script: build.bundle(folder),
      locale: 'en',
      selected: 'gid://shopify/Customer/1',
      answers: ['nothing yet'],
    })
    await own.locator('s-spinner').waitFor({ state: 'attached' })
    await own.clock.fastForward(11_000)
    await own.locator('s-banner').waitFor({ state: 'attached' })
    await own.close()
  })
})

describe.skipIf(CHROMIUM === '' && process.env.CI !== 'true')('the action on a segment’s page', () => {
  const folder = 'segment-action'
  const ids = ['7012345678001', '7012345678002']
  const stage = (locale: Locale, members: Members, answers: Answer[] = []) =>
    play(page, { folder, script: build.bundle(folder), locale, selected: 'gid://shopify/Segment/5', answers, members })
  const READ: MembersForBlock = {
    state: 'known',
    asked: 1000,
    stages: [
      { stage: 'repeat', customers: 700 },
      { stage: 'at-risk', customers: 250 },
      { stage: 'lapsed', customers: 40 },
    ],
    lastOrderUnknown: 0,
    likelyCherryPickers: 12,
    net12mMinor: 18_400,
    everybodysNet12mMinor: 100_000,
    freshness: FRESH,
    timezone: TIME_ZONE,
  }

  test.each(LOCALES)(
    'in %s: members by stage, who is late, who seeks discounts, and their share of the revenue',
    async (locale) => {
      await stage(locale, { ids, total: 1204 }, [ok(segmentBlock(READ, locale))])
      await page.locator('s-table').waitFor({ state: 'attached' })
      const rows = await page
        .locator('s-table-body s-table-row')
        .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)))
      expect(rows).toEqual(
        locale === 'en'
          ? [
              ['Repeat', '700', '71%'],
              ['At-risk', '250', '25%'],
              ['Quiet for long', '40', '4%'],
            ]
          : [
              ['재구매', '700', '71%'],
              ['이탈 위험', '250', '25%'],
              ['장기 미구매', '40', '4%'],
            ],
      )
      expect(await page.locator('s-list-item').allTextContents()).toEqual(
        locale === 'en'
          ? [
              'Later than usual for them: 290',
              'Discount-seeking: 12',
              'Of what all customers spent in 12 months: 18%',
              'Not known to Morello yet: 10',
            ]
          : [
              '평소보다 늦은 고객: 290명',
              '할인 선호 고객: 12명',
              '전체 고객의 최근 12개월 구매액 중 비율: 18%',
              'Morello에 아직 정보가 없는 고객: 10명',
            ],
      )
      expect(await shown()).toContain(locale === 'en' ? 'first 2 of 1,204 members' : '전체 1,204명 중 처음 2명')
      await expectOnlyElementsOf('Action')
      const { asked, queries } = await played(page)
      expect(asked).toEqual([{ url: '/block/segment', method: 'POST', body: JSON.stringify({ ids, locale }) }])
      expect(queries.map(({ variables }) => variables)).toEqual([{ segment: 'gid://shopify/Segment/5', first: 1000 }])
      await page.locator('s-button[slot=secondary-actions]').dispatchEvent('click')
      expect((await played(page)).closed).toBe(1)
    },
  )

  test.each(LOCALES)(
    'in %s: where Shopify hides older orders, who is in no stage, and no figure that would be wrong',
    async (locale) => {
      const limited = { ...READ, lastOrderUnknown: 10, freshness: { ...FRESH, isLimited: true } }
      await stage(locale, { ids, total: 2 }, [ok(segmentBlock(limited, locale))])
      await page.locator('s-table').waitFor({ state: 'attached' })
      expect(await page.locator('s-list-item').allTextContents()).toEqual(
        locale === 'en'
          ? ['Later than usual for them: 290', 'Several orders, the last one hidden by Shopify: 10']
          : ['평소보다 늦은 고객: 290명', '여러 번 주문했지만 Shopify가 마지막 주문을 보여 주지 않는 고객: 10명'],
      )
    },
  )

  test.each(LOCALES)('in %s: waiting, nobody in it, not imported yet, no access', async (locale) => {
    await stage(locale, 'nothing yet')
    await page.locator('s-spinner').waitFor({ state: 'attached' })
    await stage(locale, { ids: [], total: 0 })
    await page.getByText(words(folder, locale).empty!).waitFor({ state: 'attached' })
    await stage(locale, { ids, total: 2 }, [ok({ state: 'not-imported' })])
    await page.getByText(words(folder, locale).notImported!).waitFor({ state: 'attached' })
    await stage(locale, { ids, total: 2 }, [{ status: 403, body: {} }])
    await page.getByText(words(folder, locale).noAccess!.text).waitFor({ state: 'attached' })
  })

  test.each(LOCALES)(
    'in %s: members that Shopify does not show, and our server down, until it is up again',
    async (locale) => {
      for (const members of ['refused', 'not reached'] as const) {
        await stage(locale, members)
        await page.getByText(words(folder, locale).noMembers!.text).waitFor({ state: 'attached' })
        expect((await played(page)).asked).toEqual([])
      }
      await stage(locale, { ids, total: 2 }, ['not reached', ok(segmentBlock({ ...READ, freshness: LATE }, locale))])
      await page.getByText(words(folder, locale).down!.text).waitFor({ state: 'attached' })
      await page.locator('s-button[slot=primary-action]').dispatchEvent('click')
      await page.locator('s-text[tone=critical]').waitFor({ state: 'attached' })
      // All of them were read, so nothing is said of first ones.
      expect(await shown()).not.toMatch(/Shown for the first|처음/)
    },
  )

  test('asks Shopify for ids alone, by a query that its schema takes', async () => {
    await stage('en', 'refused')
    await page.locator('s-banner').waitFor({ state: 'attached' })
    const { queries } = await played(page)
    const schema = buildClientSchema((await adminIntrospection()) as IntrospectionQuery)
    expect(validate(schema, parse(queries[0]!.query))).toEqual([])
    const fields = [...queries[0]!.query.matchAll(/\b(\w+)(?=[\s({}])/g)].map((match) => match[1])
    expect(fields).not.toEqual(expect.arrayContaining([expect.stringMatching(/name|email|phone|address|note/i)]))
  })
})
