import { beforeEach, describe, expect, test } from 'vitest'
import type { StorefrontSurvey, SurveyDefinition } from '#app/domain/survey.ts'
import type { SurveyAnswers, VisitorSurvey } from '#app/domain/wire.ts'
import { recomputeOwn, recomputeOwnOf } from '#app/flow/segments/own/memberships.ts'
import { ownEditor } from '#app/flow/segments/own/pages.ts'
import { previewOwn } from '#app/flow/segments/own/preview.ts'
import { saveOwn } from '#app/flow/segments/own/save.ts'
import { carryAnswers, forgetAnswersOfGone } from '#app/flow/survey/carry-over.ts'
import { surveyPage } from '#app/flow/survey/pages.ts'
import { eraseAnswers, saveSurvey, switchSurvey } from '#app/flow/survey/save.ts'
import { showSurvey } from '#app/flow/survey/show.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { visitorDoor } from '#app/outside/visitor.server.ts'
import { makeToken } from '#app/outside/visitor-token.server.ts'
import { appMetafields } from '#tests/shop/admin/metafields.ts'
import { connectAs, freshDomain, testShop } from '#tests/support/database.ts'
import { writeStory } from '#tests/support/orders.ts'
import { timeIs } from '#tests/support/time.ts'
import { VISITOR_ROADS, arrival, read } from '#tests/support/visitors.ts'
import { recompute } from './features/recomputed.ts'
import { ago, NOW } from './segments/story.ts'
import { playShop } from './sync/played.ts'

const both = (text: string) => ({ en: text, ko: '' })
const choice = (text: string, id = 0) => ({ id, text: both(text) })

const FIRST: SurveyDefinition = {
  consent: both('Yes, keep my answers.'),
  questions: [
    { id: 0, text: both('What do you look for?'), several: true, choices: [choice('Moisture'), choice('Calm')] },
    { id: 0, text: both('For whom?'), several: false, choices: [choice('Myself'), choice('Others')] },
  ],
}
/** As it is numbered: question 1 with 2 and 3, question 4 with 5 and 6. */
const [LOOK, MOISTURE, CALM, WHOM, MYSELF, OTHERS] = [1, 2, 3, 4, 5, 6] as const

const ANNA = 5001
const BEN = 5002
const door = visitorDoor(VISITOR_ROADS)

let domain: string
let shop: ShopId

beforeEach(async () => {
  timeIs(NOW)
  domain = freshDomain()
  shop = await testShop(domain)
  await connectAs('superuser', (client) =>
    writeStory(client, shop, {
      orders: [],
      customers: [ANNA, BEN].map((id) => ({ id, createdAt: ago(10) })),
      timezone: 'Asia/Seoul',
    }),
  )
  await recompute(shop, NOW, 'import')
  await saveSurvey(shop, FIRST)
  await switchSurvey(shop, true)
})

type Answer = VisitorSurvey & { status: number; error?: string }

async function ask(name: string, customer: number | '', body?: object): Promise<Answer> {
  return read(await door(arrival(domain, name, { customer, ...(body ? { body } : {}) }))) as unknown as Answer
}

async function answered(customer: number, answers: SurveyAnswers, more: object = {}): Promise<Answer> {
  const { token } = await ask('survey', customer)
  return ask('answer', customer, { token, consent: true, answers, ...more })
}

const countsNow = async () => (await surveyPage(shop)).counts

async function owed(kind: string): Promise<string[]> {
  const rows = await withShop(shop, (tx) => tx.work.findMany({ where: { shop, kind }, orderBy: { entity: 'asc' } }))
  return rows.map(({ entity }) => entity)
}

describe('what somebody answers', () => {
  test('is kept with their consent, read back, changed and taken back by them', async () => {
    expect(await ask('survey', ANNA)).toMatchObject({ answers: {}, token: expect.any(String) as string })
    const sent = await answered(ANNA, { [LOOK]: [MOISTURE, CALM], [WHOM]: [MYSELF] })
    expect(sent).toMatchObject({ status: 200, answers: { [LOOK]: [MOISTURE, CALM], [WHOM]: [MYSELF] } })
    expect(await surveyPage(shop)).toMatchObject({ answered: 1, counts: { [MOISTURE]: 1, [CALM]: 1, [MYSELF]: 1 } })
    const rows = await withShop(shop, (tx) => tx.surveyAnswer.findMany({ where: { shop } }))
    expect(rows.map(({ consentedAt }) => consentedAt.getTime() >= NOW)).toEqual([true, true])
    await answered(ANNA, { [WHOM]: [OTHERS] })
    expect((await ask('survey', ANNA)).answers).toEqual({ [WHOM]: [OTHERS] })
    expect((await ask('survey', BEN)).answers).toEqual({})
    const { token } = await ask('survey', ANNA)
    expect(await ask('take-back', ANNA, { token })).toMatchObject({ status: 200, answers: {} })
    expect(await surveyPage(shop)).toMatchObject({ answered: 0, counts: {} })
  })

  test('is taken once for each token, which is theirs alone and for nothing else', async () => {
    const { token } = await ask('survey', ANNA)
    const body = { token, consent: true, answers: { [WHOM]: [MYSELF] } }
    expect((await ask('answer', BEN, body)).status).toBe(403)
    expect((await ask('answer', '', body)).status).toBe(403)
    expect((await ask('answer', ANNA, body)).status).toBe(200)
    expect((await ask('answer', ANNA, body)).status).toBe(403)
    expect((await ask('take-back', ANNA, { token })).status).toBe(403)
    const other = makeToken({ shop, customerId: String(ANNA), purpose: 'opt-out' }, 0, NOW)
    expect((await ask('answer', ANNA, { ...body, token: other })).status).toBe(403)
    expect(await countsNow()).toEqual({ [MYSELF]: 1 })
  })

  test.each<[string, SurveyAnswers, object]>([
    ['without consent', { [WHOM]: [MYSELF] }, { consent: false }],
    ['with a consent that is none', { [WHOM]: [MYSELF] }, { consent: 'yes' }],
    ['without any answer', {}, {}],
    ['with nothing chosen', { [WHOM]: [] }, {}],
    ['with several where one is asked for', { [WHOM]: [MYSELF, OTHERS] }, {}],
    ['to a question that there is not', { 99: [MYSELF] }, {}],
    ['with a choice of another question', { [WHOM]: [MOISTURE] }, {}],
    ['with more than it has', { [WHOM]: [MYSELF] }, { more: 1 }],
  ])('is refused %s, and nothing is kept', async (_, answers, more) => {
    expect((await answered(ANNA, answers, more)).status).toBe(422)
    expect(await countsNow()).toEqual({})
  })

  test('goes over with an account that Shopify merges into another, the later answer counting, and is theirs to take back', async () => {
    await answered(BEN, { [LOOK]: [CALM], [WHOM]: [OTHERS] })
    timeIs(NOW + 60_000)
    await answered(ANNA, { [WHOM]: [MYSELF] })
    await withShop(shop, (tx) => tx.work.deleteMany({ where: { shop } }))
    for (let twice = 0; twice < 2; twice++) await carryAnswers(shop, String(BEN), String(ANNA), async () => {})
    expect((await ask('survey', ANNA)).answers).toEqual({ [LOOK]: [CALM], [WHOM]: [MYSELF] })
    expect((await ask('survey', BEN)).answers).toEqual({})
    expect([await owed('recompute-customer'), await owed('grant-customer')]).toEqual([[String(ANNA)], [String(ANNA)]])
    const { token } = await ask('survey', ANNA)
    expect(await ask('take-back', ANNA, { token })).toMatchObject({ status: 200, answers: {} })
    expect(await surveyPage(shop)).toMatchObject({ answered: 0 })
  })

  test('is forgotten at night of who is deleted in Shopify, and of nobody else', async () => {
    await answered(ANNA, { [WHOM]: [MYSELF] })
    await answered(BEN, { [WHOM]: [OTHERS] })
    await withShop(shop, (tx) => tx.customer.deleteMany({ where: { shop, id: BigInt(BEN) } }))
    // Another worker has taken over: nothing is carried, nothing lost.
    await carryAnswers(shop, String(ANNA), '5999', () => Promise.reject(new Error('another worker'))).catch(() => null)
    await forgetAnswersOfGone(shop)
    expect(await countsNow()).toEqual({ [MYSELF]: 1 })
  })

  test('is not kept of a guest, of whom nobody knows, and while the survey is off', async () => {
    expect(await ask('survey', '')).toEqual({ status: 200, answers: {}, token: null, delivery: null })
    expect((await answered(777, { [WHOM]: [MYSELF] })).status).toBe(403)
    await switchSurvey(shop, false)
    expect((await answered(ANNA, { [WHOM]: [MYSELF] })).status).toBe(422)
    expect(await countsNow()).toEqual({})
  })
})

describe('a segment that looks at answers', () => {
  const rule = { kind: 'answered', choice: MOISTURE, title: 'What do you look for?: Moisture' } as const

  test('holds who has answered so, from the answer on, until it is taken back', async () => {
    const editor = await ownEditor(shop, null)
    expect(editor.answers[0]).toEqual({ id: String(MOISTURE), title: 'What do you look for?: Moisture' })
    const id = await saveOwn(shop, null, { name: 'Moisture', rule })
    await recomputeOwn(shop, NOW, 'rule')
    const members = async () => {
      const rows = await withShop(shop, (tx) => tx.ownMembership.findMany({ where: { shop, segments: { has: id } } }))
      return rows.map(({ customer }) => Number(customer))
    }
    expect(await members()).toEqual([])
    await answered(ANNA, { [LOOK]: [MOISTURE] })
    await answered(BEN, { [LOOK]: [CALM] })
    expect(await owed('recompute-customer')).toEqual([String(ANNA), String(BEN)])
    for (const customer of [ANNA, BEN]) await recomputeOwnOf(shop, String(customer), NOW)
    expect(await members()).toEqual([ANNA])
    expect((await previewOwn(shop, id, rule, 'exact')).figures?.members.customers).toBe(1)
    const { token } = await ask('survey', ANNA)
    await ask('take-back', ANNA, { token })
    await recomputeOwnOf(shop, String(ANNA), NOW)
    expect(await members()).toEqual([])
  })

  test('is told of where the survey does not ask it any more', async () => {
    const known = await previewOwn(shop, null, rule, 'exact')
    expect(known.troubles).toEqual([])
    const gone = await previewOwn(shop, null, { ...rule, choice: 99 }, 'exact')
    expect(gone.troubles).toEqual([{ kind: 'rule-answer-gone', title: rule.title, blocks: false }])
  })
})

describe('a changed survey', () => {
  const changed = (questions: SurveyDefinition['questions']): SurveyDefinition => ({ ...FIRST, questions })
  const saved = async () => (await surveyPage(shop)).definition!.questions

  test('keeps the answers to what it still asks, and erases those to what it does not', async () => {
    await answered(ANNA, { [LOOK]: [MOISTURE, CALM], [WHOM]: [MYSELF] })
    await answered(BEN, { [LOOK]: [CALM] })
    const [look] = await saved()
    const kept = { ...look!, text: both('And now?'), choices: [look!.choices[0]!, choice('Glow')] }
    await saveSurvey(shop, changed([kept]))
    expect((await saved())[0]!.choices.map(({ id }) => id)).toEqual([MOISTURE, 7])
    expect(await countsNow()).toEqual({ [MOISTURE]: 1 })
    expect(await owed('fill-segments')).toEqual([String(shop)])
  })

  test('gives no number twice, whatever is sent', async () => {
    const [look, whom] = await saved()
    await saveSurvey(shop, changed([whom!]))
    await saveSurvey(
      shop,
      changed([{ ...look!, id: LOOK }, whom!, { ...whom!, choices: [choice('A', MYSELF), choice('B', 99)] }]),
    )
    const ids = (await saved()).flatMap(({ id, choices }) => [id, ...choices.map((each) => each.id)])
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toContain(WHOM)
    expect(ids).not.toContain(LOOK)
  })

  test('is erased with everybody’s answers where the merchant wants it', async () => {
    await answered(ANNA, { [LOOK]: [MOISTURE] })
    await eraseAnswers(shop)
    expect(await surveyPage(shop)).toMatchObject({ answered: 0, counts: {}, isOn: true })
    expect((await ask('survey', ANNA)).answers).toEqual({})
  })
})

describe('the storefront', () => {
  test('reads the survey in both languages once it is on, and that there is none once it is off', async () => {
    const played = await playShop(() => {})
    const shown = () =>
      appMetafields(played.world).find(({ namespace, key }) => namespace === 'morello' && key === 'survey')?.value as
        StorefrontSurvey | undefined
    await saveSurvey(played.shop, FIRST)
    await showSurvey(played.shop)
    expect(shown()).toEqual({ v: 1, off: true })
    await switchSurvey(played.shop, true)
    await showSurvey(played.shop)
    expect(shown()).toMatchObject({
      v: 1,
      off: false,
      consent: { en: 'Yes, keep my answers.', ko: 'Yes, keep my answers.' },
    })
    const { SurveyShow } = played.local.shop.callsByName()
    await showSurvey(played.shop)
    expect(played.local.shop.callsByName()['SurveyShow']).toBe(SurveyShow)
    await switchSurvey(played.shop, false)
    await showSurvey(played.shop)
    expect(shown()).toEqual({ v: 1, off: true })
  })
})
