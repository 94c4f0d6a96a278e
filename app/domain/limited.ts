/** Life without read_all_orders (decision 14): Shopify shows 60 days of orders, and of each customer how many there were. */

const ALL_ORDERS = 'read_all_orders'

/**
 * Whether a token with these scopes is shown every order.
 *
 * @param scopes  comma separated; none at all says nothing yet, and is not taken for a limit
 */
export function seesAllOrders(scopes: string): boolean {
  const granted = scopes.split(',').filter((scope) => scope !== '')
  return granted.length === 0 || granted.includes(ALL_ORDERS)
}
