import type { World } from '../world.ts'
import { needScope } from './access.ts'
import { customerList } from './customers.ts'
import { count, counting } from './counts.ts'
import { creationById, nodeOf as nodeOfDiscount } from './discounts.ts'
import { readGid } from './money.ts'
import { maySee, orderList } from './orders.ts'
import type { Args, Call, PlayedFields } from './played.ts'
import { productList } from './products.ts'
import { notPlayed } from './search.ts'
import { shopNumber } from './shop-fields.ts'

function byId(world: World, wanted: string, args: Args): number | null {
  const at = readGid(args['id'])
  return at && at.type === wanted && world ? at.id : null
}

/** Any node the local shop has; null for an id of a type it plays that names nothing. */
function nodeOf(id: string, call: Call): unknown {
  const at = readGid(id)
  const { world, bulk, definitions } = call.shop
  if (!at) return null
  switch (at.type) {
    case 'Order': {
      needScope(call.scopes, 'read_orders', 'node')
      const order = world.orders.get(at.id)
      return order && maySee(order, call) ? order : null
    }
    case 'Customer':
      needScope(call.scopes, 'read_customers', 'node')
      return world.customers.get(at.id) ?? null
    case 'Product':
      needScope(call.scopes, 'read_products', 'node')
      return world.products.get(at.id) ?? null
    case 'Shop':
      return at.id === shopNumber(world.shop.domain) ? { kind: 'Shop', id: at.id } : null
    case 'Segment':
      needScope(call.scopes, 'read_customers', 'node')
      return world.segments.get(at.id) ?? null
    case 'DiscountCodeNode': {
      needScope(call.scopes, 'read_discounts', 'node')
      const discount = world.discounts.get(at.id)
      return discount ? nodeOfDiscount(discount) : null
    }
    case 'DiscountRedeemCodeBulkCreation':
      needScope(call.scopes, 'read_discounts', 'node')
      return creationById(world, at.id)
    case 'BulkOperation':
      return bulk.byId(at.id)
    case 'MetafieldDefinition':
      return definitions.find((one) => one.id === at.id) ?? null
    default:
      throw notPlayed(`node of the type ${at.type}`)
  }
}

export const rootFields: PlayedFields = {
  QueryRoot: {
    order: (_root, args, call) => {
      const id = byId(call.shop.world, 'Order', args)
      const order = id === null ? undefined : call.shop.world.orders.get(id)
      return order && maySee(order, call) ? order : null
    },
    customer: (_root, args, call) => {
      const id = byId(call.shop.world, 'Customer', args)
      return id === null ? null : (call.shop.world.customers.get(id) ?? null)
    },
    product: (_root, args, call) => {
      const id = byId(call.shop.world, 'Product', args)
      return id === null ? null : (call.shop.world.products.get(id) ?? null)
    },
    node: (_root, args, call) => nodeOf(String(args['id']), call),
    nodes: (_root, args, call) => (args['ids'] as string[]).map((id) => nodeOf(id, call)),
    ordersCount: (_root, args, call) => count(orderList(call, { query: args['query'] }), counting(args)),
    customersCount: (_root, args, call) => count(customerList(call, { query: args['query'] }), counting(args)),
    productsCount: (_root, args, call) => count(productList(call, { query: args['query'] }), counting(args)),
  },
}
