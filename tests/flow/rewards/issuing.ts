// Rights of persons, written as whoever grants them writes them, and what Shopify and its shoppers then have.
import { setTimeout as sleep } from 'node:timers/promises'
import { issueGrants } from '#app/flow/rewards/issue.ts'
import { DAY_MS } from '#app/domain/order.ts'
import type { RewardGift } from '#app/domain/rewards/reward.ts'
import { now } from '#app/outside/clock.ts'
import { withShop } from '#app/outside/database.server.ts'
import { freshCode } from '#app/outside/secrets.server.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'
import { codeKey } from '#tests/shop/discounts.ts'
import { creditAccountsOf } from '#tests/shop/store-credit.ts'
import type { WorldCustomer } from '#tests/shop/world.ts'
import { timeIs } from '#tests/support/time.ts'
import { HELD } from './rewarded.ts'

export const TWENTY: RewardGift = { kind: 'percent', percent: 20 }
export const FIVE_CREDIT: RewardGift = { kind: 'credit', amountMinor: 500 }
export const CREDIT_SCOPES = ['read_store_credit_accounts', 'write_store_credit_account_transactions'] as const

export function customers({ world }: Pick<PlayedShop, 'world'>, count: number): WorldCustomer[] {
  return Array.from({ length: count }, () => world.addCustomer({ createdAt: world.now() - DAY_MS }))
}

/** Reserves one right of one customer, who is a person of their own. */
export async function reserved(
  { shop }: PlayedShop,
  customer: WorldCustomer,
  of: { reward: number; step?: number; turn?: number; what?: RewardGift; code?: string },
): Promise<number> {
  const { reward, step = 0, turn = 0, what = TWENTY } = of
  const code = what.kind === 'credit' ? null : (of.code ?? freshCode('WELCOME20'))
  const id = BigInt(customer.id)
  const data = { shop, reward, step, turn, customer: id, person: id, state: 'reserved', what, code, because: [] }
  return withShop(shop, async (tx) => (await tx.grant.create({ data: { ...data, grantedAt: new Date(now()) } })).id)
}

export async function grantsOf({ shop }: PlayedShop) {
  const rows = await withShop(shop, (tx) => tx.grant.findMany({ where: { shop }, orderBy: { id: 'asc' } }))
  return rows.map((row) => ({
    id: row.id,
    state: row.state,
    code: row.code,
    problem: (row.problem as { kind: string } | null)?.kind ?? null,
    expiresAt: row.expiresAt?.getTime() ?? null,
    outsideGid: row.outsideGid,
    usedAt: row.usedAt?.getTime() ?? null,
    usedOrder: row.usedOrder === null ? null : Number(row.usedOrder),
    spentMinor: row.spentMinor === null ? null : Number(row.spentMinor),
  }))
}

/** How many of these states there are, as `issued 3, reserved 1`. */
export async function tally(played: PlayedShop): Promise<string> {
  const counts = new Map<string, number>()
  for (const { state } of await grantsOf(played)) counts.set(state, (counts.get(state) ?? 0) + 1)
  return [...counts].map(([state, count]) => `${state} ${count}`).join(', ')
}

/** Issues as the worker does, until Shopify need not be waited for (or only for long). */
export async function issueAll(played: PlayedShop): Promise<void> {
  for (let round = 0; round < 40; round += 1) {
    const again = await issueGrants(played.shop, HELD)
    if (!again || again.againInMs > 2000) return
    await sleep(50)
  }
  throw new Error('codes are still being made')
}

/** Dies at the nth moment at which it writes something down, whatever that is. */
export async function killedAt(played: PlayedShop, step: number): Promise<void> {
  let left = step
  const stillMine = async () => {
    left -= 1
    if (left < 0) throw new Error('killed')
  }
  await issueGrants(played.shop, { stillMine }).catch((error: unknown) => {
    if (!(error instanceof Error) || error.message !== 'killed') throw error
  })
}

/** Every code that the shop takes of discounts of ours, in the order of their making. */
export function codesInShop({ world }: PlayedShop): string[] {
  return [...world.discounts.values()].flatMap(({ title, codes }) =>
    title.startsWith('Morello ') ? codes.map(({ code }) => codeKey(code)) : [],
  )
}

export function credits({ world }: PlayedShop, customer: WorldCustomer): number[] {
  return creditAccountsOf(world, customer.id).flatMap(({ transactions }) =>
    transactions.filter(({ type }) => type === 'credit').map(({ amountMinor }) => amountMinor),
  )
}

/** So much later, for the app and for Shopify. */
export function later({ world }: PlayedShop, ms: number): void {
  world.advance(ms / DAY_MS)
  timeIs(world.now())
}
