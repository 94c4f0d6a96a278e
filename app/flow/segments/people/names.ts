/** Names of the customers on screen: asked of Shopify when they are looked at, written down nowhere; that they were asked for is. */
import type { Id } from '#app/domain/order.ts'
import type { ShownNames, SwitchAnswer } from '#app/domain/people-pages.ts'
import { AccessLost, OutsideFailure } from '#app/errors.ts'
import { NamesNowDocument } from '#app/outside/admin.generated.ts'
import { type ShopId, withShop } from '#app/outside/database.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import { getSettings, saveSettings } from '../../settings.ts'

const CUSTOMER = 'gid://shopify/Customer/'
/** How long it is kept who looked: what an access log is asked for. */
const KEPT_DAYS = 365

type Look = { ids: readonly Id[]; page: string; staff: string | null }

/** The names of these customers, as far as Shopify shows them; none while the merchant has not switched them on. */
export async function namesOnScreen(shop: ShopId, look: Look): Promise<ShownNames> {
  const { showNames } = await getSettings(shop)
  if (!showNames || look.ids.length === 0) return { names: {} }
  const { names, outcome } = await askNames(shop, look.ids)
  await withShop(shop, async (tx) => {
    await tx.$executeRaw`
      INSERT INTO "NameLook" (shop, at, staff, page, customers, outcome)
      VALUES (${shop}, now(), ${look.staff}, ${look.page}, ${look.ids.length}, ${outcome})`
    await tx.$executeRaw`
      DELETE FROM "NameLook" WHERE shop = ${shop} AND at < now() - make_interval(days => ${KEPT_DAYS}::int)`
  })
  return { names }
}

/** Switches names on if Shopify shows them to the app; a refusal changes nothing. */
export async function switchNames(shop: ShopId, isOn: boolean): Promise<SwitchAnswer> {
  if (isOn) {
    const somebody = await withShop(shop, (tx) => tx.customer.findFirst({ where: { shop }, select: { id: true } }))
    const { outcome } = somebody ? await askNames(shop, [String(somebody.id)]) : { outcome: 'shown' }
    if (outcome === 'failed') throw new OutsideFailure('shopify-unavailable', 'names could not be tried')
    if (outcome === 'refused') return { is: 'refused', parts: ['name'] }
  }
  await saveSettings(shop, { showNames: isOn })
  return { is: isOn ? 'on' : 'off' }
}

async function askNames(
  shop: ShopId,
  ids: readonly Id[],
): Promise<ShownNames & { outcome: 'shown' | 'refused' | 'failed' }> {
  try {
    const admin = await adminOf(shop)
    const { nodes } = await admin.ask(NamesNowDocument, { ids: ids.map((id) => CUSTOMER + id) })
    const names: Record<Id, string> = {}
    for (const node of nodes)
      if (node && 'displayName' in node && node.displayName.trim() !== '')
        names[node.id.slice(CUSTOMER.length)] = node.displayName
    return { names, outcome: 'shown' }
  } catch (error) {
    if (error instanceof AccessLost) return { names: {}, outcome: 'refused' }
    if (error instanceof OutsideFailure) return { names: {}, outcome: 'failed' }
    throw error
  }
}

/** Of the past 30 days: how often names were looked at, and when last; for the card that switches them. */
export async function nameLooks(shop: ShopId): Promise<{ looks: number; lastAt: number | null }> {
  const [row] = await withShop(
    shop,
    (tx) => tx.$queryRaw<{ looks: number; lastAt: Date | null }[]>`
      SELECT count(*)::int AS looks, max(at) AS "lastAt" FROM "NameLook"
      WHERE shop = ${shop} AND outcome = 'shown' AND at > now() - interval '30 days'`,
  )
  return { looks: row?.looks ?? 0, lastAt: row?.lastAt?.getTime() ?? null }
}
