/** Rewards that hang on an answer to the survey: any answer, and nothing is lost by taking it back. */
import { beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS } from '#app/domain/order.ts'
import { SurveyDefinition } from '#app/domain/survey.ts'
import type { SurveyAnswers, VisitorSurvey } from '#app/domain/wire.ts'
import { rewardPage } from '#app/flow/rewards/pages.ts'
import { surveyPage } from '#app/flow/survey/pages.ts'
import { saveSurvey, switchSurvey } from '#app/flow/survey/save.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId } from '#app/outside/database.server.ts'
import { visitorDoor } from '#app/outside/visitor.server.ts'
import type { Wanted } from '#tests/domain/rewards/definitions.ts'
import { timeIs } from '#tests/support/time.ts'
import { VISITOR_ROADS, arrival, read } from '#tests/support/visitors.ts'
import {
  grantingShop,
  grants,
  issued,
  linked,
  ordered,
  person,
  shownTo,
  startedFor,
  told,
  worked,
  workedAll,
} from './granted.ts'

const both = (text: string) => ({ en: text, ko: '' })
const choices = ['Yes', 'No'].map((text) => ({ id: 0, text: both(text) }))
const SURVEY: SurveyDefinition = {
  consent: both('Yes, keep my answers.'),
  questions: [{ id: 0, text: both('Is your skin dry?'), several: false, choices }],
}
/** As it is numbered. */
const [DRY, YES, NO] = [1, 2, 3] as const

const THANKS: Wanted = {
  code: 'THANKS',
  what: { kind: 'free-shipping' },
  conditions: [{ kind: 'survey', which: 'preferences' }],
}
const door = visitorDoor(VISITOR_ROADS)

let shop: ShopId
let domain: string

beforeEach(async () => {
  shop = await grantingShop()
  domain = await withShop(shop, async (tx) => (await tx.shop.findUniqueOrThrow({ where: { shop } })).domain)
  await saveSurvey(shop, SURVEY)
  await switchSurvey(shop, true)
})

type Answer = VisitorSurvey & { status: number }
const ask = async (name: string, customer: string, body?: object): Promise<Answer> =>
  read(await door(arrival(domain, name, { customer, ...(body ? { body } : {}) }))) as unknown as Answer

async function answered(customer: string, answers: SurveyAnswers): Promise<void> {
  const { token } = await ask('survey', customer)
  expect(await ask('answer', customer, { token, consent: true, answers })).toMatchObject({ status: 200, answers })
}

async function takenBack(customer: string): Promise<void> {
  const { token } = await ask('survey', customer)
  expect(await ask('take-back', customer, { token })).toMatchObject({ status: 200, answers: {} })
}

const later = (days: number) => timeIs(now() + days * DAY_MS)
const owesGrant = (customer: string) =>
  withShop(shop, (tx) => tx.work.count({ where: { shop, kind: 'grant-customer', entity: customer } }))

describe('who answers the survey', () => {
  test('gets what was promised for it once, whatever they answered, and keeps it when they take the answer back', async () => {
    await person(shop, '7')
    await person(shop, '8')
    const id = await startedFor(shop, THANKS)
    await workedAll(shop)
    expect(await shownTo(shop, '7')).toMatchObject([
      { id, state: 'progress', missing: [{ kind: 'survey', which: 'preferences' }], because: 'everybody' },
    ])
    await answered('7', { [DRY]: [YES] })
    await answered('8', { [DRY]: [NO] })
    expect([await owesGrant('7'), await owesGrant('8')]).toEqual([1, 1])
    for (const customer of ['7', '8']) await worked(shop, customer)
    expect(await told(shop)).toEqual([`${id}/0/0 reserved`, `${id}/0/0 reserved`])
    expect((await grants(shop))[0]).toMatchObject({ customer: 7n, because: [{ kind: 'survey', which: 'preferences' }] })
    await issued(shop)
    await takenBack('7')
    await worked(shop, '7')
    await answered('7', { [DRY]: [NO] })
    await worked(shop, '7')
    expect(await told(shop)).toEqual([`${id}/0/0 issued`, `${id}/0/0 issued`])
    expect(await shownTo(shop, '7')).toMatchObject([{ id, state: 'open', code: expect.stringMatching(/^THANKS-/) }])
  })

  test('and waits for it has answered all the same, when they change or take back their answer meanwhile', async () => {
    await person(shop, '7')
    const step = { what: THANKS.what!, join: 'and' as const, conditions: THANKS.conditions!, waitDays: 7 }
    const id = await startedFor(shop, { code: 'WAIT', steps: [step] })
    await answered('7', { [DRY]: [YES] })
    await worked(shop, '7')
    later(4)
    await answered('7', { [DRY]: [NO] })
    await worked(shop, '7')
    await takenBack('7')
    await worked(shop, '7')
    expect(await told(shop)).toEqual([])
    later(3)
    await worked(shop, '7')
    expect(await told(shop)).toEqual([`${id}/0/0 reserved`])
  })

  test('before it began answers again; whose accounts are one person’s answers once for all of them', async () => {
    await person(shop, '5')
    await person(shop, '7')
    await linked(shop, '5', '7')
    await answered('7', { [DRY]: [YES] })
    later(1)
    const id = await startedFor(shop, THANKS)
    await workedAll(shop)
    expect(await told(shop)).toEqual([])
    await answered('7', { [DRY]: [YES] })
    await worked(shop, '5')
    await worked(shop, '7')
    expect(await told(shop)).toEqual([`${id}/0/0 reserved`])
  })
})

describe('a question after a delivery', () => {
  const after = { id: 0, text: both('Did it suit you?'), several: false, choices, when: 'after-delivery' as const }
  /** As it is numbered behind the first. */
  const [SUITED, YES_IT_DID] = [4, 5] as const
  const THANKS_FOR_IT: Wanted = { ...THANKS, conditions: [{ kind: 'survey', which: 'delivery' }] }

  const came = (order: string, days: number, how: 'deliveredAt' | 'fulfilledAt' = 'deliveredAt') =>
    withShop(shop, (tx) =>
      tx.delivery.create({ data: { shop, order: BigInt(order), [how]: new Date(now() - days * DAY_MS) } }),
    )
  const deliveryOf = async (customer: string) => (await ask('survey', customer)).delivery

  beforeEach(async () => {
    const kept = choices.map((choice, n) => ({ ...choice, id: [YES, NO][n]! }))
    await saveSurvey(shop, { ...SURVEY, questions: [{ ...SURVEY.questions[0]!, id: DRY, choices: kept }, after] })
    await person(shop, '7')
  })

  test('is theirs once an order that counts came, once for each delivery, and is kept apart from the others', async () => {
    expect(await deliveryOf('7')).toBeNull()
    const { token } = await ask('survey', '7')
    const early = await ask('answer', '7', { token, consent: true, answers: { [SUITED]: [YES_IT_DID] } })
    expect(early.status).toBe(422)
    await came(await ordered(shop, '7', { status: 'VOIDED' }), 1)
    await came(await ordered(shop, '7'), 4, 'fulfilledAt')
    expect(await deliveryOf('7')).toBeNull()
    later(1)
    expect(await deliveryOf('7')).toBe('due')
    await answered('7', { [SUITED]: [YES_IT_DID] })
    expect(await deliveryOf('7')).toBe('answered')
    const sent = await ask('survey', '7')
    const strange = await ask('answer', '7', { token: sent.token, consent: true, answers: { 99: [], [DRY]: [YES] } })
    expect(strange.status).toBe(422)
    const kept = await ask('answer', '7', { token: sent.token, consent: true, answers: { [DRY]: [YES] } })
    expect(kept).toMatchObject({ answers: { [DRY]: [YES], [SUITED]: [YES_IT_DID] }, delivery: 'answered' })
    const left = await ask('answer', '7', { token: kept.token, consent: true, answers: { [DRY]: [NO], [SUITED]: [] } })
    expect(left).toMatchObject({ answers: { [DRY]: [NO] }, delivery: 'due' })
    await answered('7', { [DRY]: [NO], [SUITED]: [YES_IT_DID] })
    later(2)
    await came(await ordered(shop, '7'), 0)
    expect(await deliveryOf('7')).toBe('due')
    await takenBack('7')
  })

  test('earns what hangs on it, and an answer at any time does not', async () => {
    await came(await ordered(shop, '7', { at: now() - 5 * DAY_MS }), 0)
    const id = await startedFor(shop, THANKS_FOR_IT)
    await workedAll(shop)
    expect(await shownTo(shop, '7')).toMatchObject([{ id, missing: [{ kind: 'survey', which: 'delivery' }] }])
    await answered('7', { [DRY]: [YES] })
    await worked(shop, '7')
    expect(await told(shop)).toEqual([])
    await answered('7', { [DRY]: [YES], [SUITED]: [YES_IT_DID] })
    await worked(shop, '7')
    expect(await told(shop)).toEqual([`${id}/0/0 reserved`])
    expect(await surveyPage(shop)).toMatchObject({ rewards: ['Welcome'] })
  })

  test('has a reward that hangs on it wait for it to be asked', async () => {
    await saveSurvey(shop, SURVEY)
    await expect(startedFor(shop, THANKS_FOR_IT)).rejects.toMatchObject({ fields: { steps: 'survey-off' } })
  })

  test('is one at most', () => {
    expect(SurveyDefinition.safeParse({ ...SURVEY, questions: [after] }).success).toBe(true)
    expect(SurveyDefinition.safeParse({ ...SURVEY, questions: [after, after] }).success).toBe(false)
  })
})

test('a reward that hangs on it does not start while nobody is asked, and its page says what shoppers are asked', async () => {
  await switchSurvey(shop, false)
  await expect(startedFor(shop, THANKS)).rejects.toMatchObject({ fields: { steps: 'survey-off' } })
  const { id } = await withShop(shop, (tx) => tx.reward.findFirstOrThrow({ where: { shop } }))
  expect((await rewardPage(shop, id)).surveyAsks).toEqual([])
  await switchSurvey(shop, true)
  expect((await rewardPage(shop, id)).surveyAsks).toEqual(['preferences'])
})
