/** Our web pixel in the shop: there while the merchant learns from visits, and gone with all that it told once she does not. */
import type { Learning } from '#app/domain/learning.ts'
import type { Problem } from '#app/domain/pages.ts'
import { AccessLost, OutsideFailure } from '#app/errors.ts'
import {
  PixelCreateDocument,
  PixelDeleteDocument,
  PixelNowDocument,
  PixelUpdateDocument,
} from '#app/outside/admin.generated.ts'
import { now } from '#app/outside/clock.ts'
import { config } from '#app/outside/config.server.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { pixelKeyOf } from '#app/outside/pixel-key.server.ts'
import { owe, type JobArguments } from '#app/outside/queue.server.ts'
import { adminOf, type Admin } from '#app/outside/shopify.server.ts'
import { readSettings, saveSettingsIn } from '../settings.ts'
import { eraseEvents } from './forget.ts'

type Hold = Pick<JobArguments<'sync-pixel'>, 'stillMine'>
type UserErrors = readonly { code: string | null; message: string }[]

/** A shop's events of 90 days. */
const ERASURE_MS = 120_000

/** Has the pixel put into the shop; what it tells is stored from now on. */
export async function learnFromVisits(shop: ShopId): Promise<void> {
  await withShop(shop, async (tx) => {
    await saveSettingsIn(tx, shop, { learnFromVisits: true })
    await tx.webPixel.upsert({ where: { shop }, create: { shop }, update: { problem: undefined } })
    await owe(tx, shop, 'sync-pixel', String(shop), {})
  })
}

/** Forgets at once what was learned, and has the pixel taken out of the shop. */
export async function stopLearning(shop: ShopId): Promise<void> {
  await withShop(
    shop,
    async (tx) => {
      await saveSettingsIn(tx, shop, { learnFromVisits: false })
      await eraseEvents(tx, shop)
      await owe(tx, shop, 'sync-pixel', String(shop), {})
      await owe(tx, shop, 'fill-segments', String(shop), { of: 'data' })
    },
    { timeoutMs: ERASURE_MS },
  )
}

/** Brings the pixel in Shopify to what the merchant has set; safe to be killed anywhere and to be run again. */
export async function syncPixel(shop: ShopId, hold: Hold): Promise<void> {
  const { isOn, stored } = await withShop(shop, async (tx) => {
    await hold.stillMine(tx)
    const isOn = (await readSettings(tx, shop)).learnFromVisits
    return { isOn, stored: await tx.webPixel.findUnique({ where: { shop } }) }
  })
  if (stored === null) return
  if (!isOn) return takeAway(shop, stored.pixel, hold)
  try {
    const pixel = await putUp(await adminOf(shop), shop, stored.pixel)
    await note(shop, hold, { pixel, syncedAt: new Date(now()), problem: null })
  } catch (error) {
    if (error instanceof OutsideFailure && error.code === 'shopify-refused')
      await note(shop, hold, { problem: { kind: 'shopify-refused', detail: error.message } })
    throw error
  }
}

async function note(
  shop: ShopId,
  hold: Hold,
  { problem, ...found }: { pixel?: string; syncedAt?: Date; problem: Problem | null },
): Promise<void> {
  await withShop(shop, async (tx) => {
    await hold.stillMine(tx)
    const told = problem && JSON.stringify(problem)
    await tx.webPixel.updateMany({ where: { shop }, data: found })
    await tx.$executeRaw`UPDATE "WebPixel" SET problem = ${told}::jsonb WHERE shop = ${shop}`
  })
}

/** An app has one pixel in a shop: the one that we know of, the one of which we were never told, or a new one. */
async function putUp(admin: Admin, shop: ShopId, known: string | null): Promise<string> {
  const pixel = { settings: { address: new URL('/events', config.shopifyAppUrl).href, key: pixelKeyOf(shop) } }
  if (known !== null) {
    const { webPixelUpdate: answer } = await admin.change(PixelUpdateDocument, { id: known, pixel })
    if (answer?.webPixel) return answer.webPixel.id
    if (!isAll(answer?.userErrors, 'NOT_FOUND')) throw refused(answer?.userErrors)
  }
  const { webPixelCreate: made } = await admin.change(PixelCreateDocument, { pixel })
  if (made?.webPixel) return made.webPixel.id
  if (!isAll(made?.userErrors, 'TAKEN')) throw refused(made?.userErrors)
  const { webPixel: found } = await admin.ask(PixelNowDocument, {})
  if (!found) throw refused(made?.userErrors)
  const { webPixelUpdate: changed } = await admin.change(PixelUpdateDocument, { id: found.id, pixel })
  if (!changed?.webPixel) throw refused(changed?.userErrors)
  return changed.webPixel.id
}

/** Whoever leaves has switched it off by leaving: what was told goes with the pixel. */
async function takeAway(shop: ShopId, known: string | null, hold: Hold): Promise<void> {
  await deletePixel(shop, known)
  await withShop(
    shop,
    async (tx) => {
      await hold.stillMine(tx)
      await eraseEvents(tx, shop)
      await tx.webPixel.deleteMany({ where: { shop } })
    },
    { timeoutMs: ERASURE_MS },
  )
}

async function deletePixel(shop: ShopId, known: string | null): Promise<void> {
  try {
    const admin = await adminOf(shop)
    const id = known ?? (await findPixel(admin))
    if (id === null) return
    const { webPixelDelete: answer } = await admin.change(PixelDeleteDocument, { id }, { isRepeatable: true })
    if (!answer?.deletedWebPixelId && !isAll(answer?.userErrors, 'NOT_FOUND')) throw refused(answer?.userErrors)
  } catch (error) {
    // A pixel of an app that may have none any more runs no more.
    if (!(error instanceof AccessLost && error.code === 'scope-missing')) throw error
  }
}

/** Shopify answers an error where there is none. */
async function findPixel(admin: Admin): Promise<string | null> {
  try {
    return (await admin.ask(PixelNowDocument, {})).webPixel?.id ?? null
  } catch (error) {
    if (error instanceof OutsideFailure && error.code === 'shopify-refused') return null
    throw error
  }
}

function isAll(errors: UserErrors | undefined, code: string): boolean {
  return errors !== undefined && errors.length > 0 && errors.every((error) => error.code === code)
}

function refused(errors: UserErrors = []): OutsideFailure {
  return new OutsideFailure('shopify-refused', `the web pixel: ${errors.map(({ code }) => code ?? '').join(' ')}`)
}

/** What Settings says of it. */
export async function learning(shop: ShopId): Promise<Learning> {
  return withShop(shop, async (tx) => {
    const { learnFromVisits: isOn } = await readSettings(tx, shop)
    const stored = await tx.webPixel.findUnique({ where: { shop } })
    const customers = isOn ? await tx.customerVisits.count({ where: { shop } }) : 0
    return {
      isOn,
      isThere: stored?.syncedAt != null,
      customers,
      problem: (stored?.problem as Problem | null | undefined) ?? (await workProblem(tx, shop)),
    }
  })
}

/** Why bringing it there or away waits: a scope that is not granted, Shopify that does not answer. */
async function workProblem(tx: Tx, shop: ShopId): Promise<Problem | null> {
  const owed = await tx.work.findFirst({ where: { shop, kind: 'sync-pixel' }, select: { problem: true } })
  return (owed?.problem as Problem | null | undefined) ?? null
}
