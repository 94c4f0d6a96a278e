import type { Id } from '#app/domain/order.ts'
import type { CustomerMove, CustomerPage, CustomerView } from '#app/domain/pages.ts'
import type { StageReason } from '#app/domain/stages.ts'
import { InvalidInput } from '#app/errors.ts'
import { now } from '#app/outside/clock.ts'
import { withShop, type ShopId, type Tx } from '#app/outside/database.server.ts'
import { freshnessOf } from '../freshness.ts'
import { exclusionsOf } from '../kept-out.ts'
import { customerPage } from './customer-page.ts'
import { adminUrl, readShopState } from './shop-state.ts'

/** Moves beyond these are years old, or somebody plays with a rule. */
const MOVES_SHOWN = 100

/** One customer as far as they are known: worked out, not to be worked out, not yet, or not there. */
export async function customerView(shop: ShopId, customer: Id): Promise<CustomerView> {
  const page = await findPage(shop, customer)
  return withShop(shop, async (tx) => {
    const { domain } = await readShopState(tx, shop)
    const about = {
      customer,
      moves: await movesOf(tx, shop, customer),
      exclusions: (await exclusionsOf(tx, shop, [customer], now())).get(customer) ?? [],
      shopifyUrl: adminUrl(domain, `customers/${customer}`),
      freshness: await freshnessOf(tx, shop),
    }
    if (page) return { ...about, state: 'known', page }
    const where = { shop_customer: { shop, customer: BigInt(customer) } }
    const member = await tx.membership.findUnique({ where, select: { stage: true } })
    const features = await tx.customerFeatures.findUnique({ where, select: { n: true } })
    if (member && features) return { ...about, state: 'last-order-unknown', orders: features.n }
    const isKnown = (await tx.customer.count({ where: { shop, id: BigInt(customer) } })) > 0
    return { ...about, state: isKnown ? 'waiting' : 'absent' }
  })
}

async function findPage(shop: ShopId, customer: Id): Promise<CustomerPage | null> {
  try {
    return await customerPage(shop, customer)
  } catch (error) {
    if (error instanceof InvalidInput && error.code === 'not-found') return null
    throw error
  }
}

/** What was written down of a customer's moves, newest first. */
async function movesOf(tx: Tx, shop: ShopId, customer: Id): Promise<CustomerMove[]> {
  const rows = await tx.membershipChange.findMany({
    where: { shop, customer: BigInt(customer) },
    orderBy: { id: 'desc' },
    take: MOVES_SHOWN,
  })
  return rows.map((row): CustomerMove => {
    const isStage = row.what === 'stage'
    return {
      id: String(row.id),
      at: row.at.getTime(),
      what: isStage ? 'stage' : 'cherry-picker',
      from: row.from,
      to: row.to,
      cause: row.cause as CustomerMove['cause'],
      reason: isStage ? (row.because as StageReason) : null,
    }
  })
}
