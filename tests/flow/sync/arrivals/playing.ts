/**
 * Plays a script for all orders at once with the app's own code: the queue's functions in PostgreSQL, the doorbell, the
 * merge, the lease. A defect is played by leaving a part of it out, here and nowhere else: of the SQL on its way to
 * PostgreSQL, or of what the worker asks.
 */
import { againAfter, lookAtAll } from '#app/flow/sync/doorbell.ts'
import { emptyRows, lineRow, orderRow } from '#app/flow/sync/copy-text.ts'
import { mergeOrders, ROAD, takeMergeLock } from '#app/flow/sync/merge.ts'
import { readLine, readOrder } from '#app/flow/sync/read-order.ts'
import { storeSingles, type WholeOrder } from '#app/flow/sync/refetch.ts'
import { dropStaging } from '#app/flow/sync/runs.ts'
import { stage } from '#app/flow/sync/staging.ts'
import { endLeases, heldLeases, type Lease, leaseOf } from '#app/outside/leases.server.ts'
import { askSystem, type BulkTx, type ShopId, withShopBulk } from '#app/outside/database.server.ts'
import type { OrderFieldsFragment } from '#app/outside/admin.generated.ts'
import { connectAs, testShop } from '#tests/support/database.ts'

import type { Step } from './scripts.ts'
import { ShopOfOrders } from './shop-of-orders.ts'

/** Nothing left out; the newer-wins condition; one lease for an order, and that it is still held when storing. */
export type Defect = null | 'no guard' | 'no lease'

/** `wentBack`: commits after which an order was stored as it had been before. */
export type Outcome = { orders: number; untrue: number; wentBack: number; calls: number; refused: number }

type Run = {
  leases: Lease[]
  asked: Map<string, number>
  answers: Map<string, OrderFieldsFragment>
  again: Map<string, number>
}

const GUARD =
  /WHERE \(excluded\."updatedAt", excluded\.road, excluded\."fetchedAt"\) >= \(o\."updatedAt", o\.road, o\."fetchedAt"\)/
const BULK_RUN = 900_001

export async function play(steps: Step[], arrivals: number[][], defect: Defect): Promise<Outcome> {
  const shop = await testShop()
  await connectAs('superuser', (client) => client.query(`UPDATE "Shop" SET "syncedAt" = now() WHERE shop = $1`, [shop]))
  const playing = new Playing(shop, new ShopOfOrders(arrivals), defect)
  for (const step of steps) await playing.take(step)
  return playing.outcome()
}

class Playing {
  #shop: ShopId
  #world: ShopOfOrders
  #defect: Defect
  #runs = new Map<string, Run>()
  #bulk: { askedAt: number; answers: OrderFieldsFragment[] } = { askedAt: 0, answers: [] }
  #newest = new Map<string, number>()
  #wentBack = 0
  #calls = 0
  #refused = 0

  constructor(shop: ShopId, world: ShopOfOrders, defect: Defect) {
    this.#shop = shop
    this.#world = world
    this.#defect = defect
  }

  async take(step: Step): Promise<void> {
    if (step.is !== 'second' || step.seconds > 0) this.#world.step()
    switch (step.is) {
      case 'ring':
        return this.#ring()
      case 'change':
        return this.#world.orders.forEach((order) => this.#world.change(order))
      case 'second':
        this.#world.clock += step.seconds * 1000
        return
      case 'clock':
        this.#world.offMs = step.offSeconds * 1000
        return
      case 'lapse':
        return this.#work(
          `UPDATE "Work" SET "leaseUntil" = now() - interval '1 second' WHERE shop = $1 AND state = 'running'`,
        )
      case 'bulk':
        return this.#takeBulk(step.part)
      case 'drain':
        return this.#drain()
      default:
        return this.#takeRun(step.is, step.run)
    }
  }

  async outcome(): Promise<Outcome> {
    await this.#drain()
    const stored = new Map((await this.#stored()).map((row) => [row.id, row.content]))
    const untrue = this.#world.orders.filter(
      (order) => stored.get(order.id) !== truth(this.#world.answer(order)!),
    ).length
    return {
      orders: this.#world.orders.length,
      untrue: untrue + Math.max(0, stored.size - this.#world.orders.length),
      wentBack: this.#wentBack,
      calls: this.#calls,
      refused: this.#refused,
    }
  }

  async #ring(): Promise<void> {
    const works = this.#world.ring()
    await withShopBulk(this.#shop, (tx) =>
      tx.query(
        `SELECT count(owe_work($1, r.kind, r.entity, r.payload::jsonb, 0)::text)
         FROM unnest($2::text[], $3::text[], $4::text[]) r(kind, entity, payload)`,
        [
          this.#shop,
          works.map(({ kind }) => kind),
          works.map(({ entity }) => entity),
          works.map(({ payload }) => JSON.stringify(payload)),
        ],
      ),
    )
  }

  async #takeRun(part: 'claim' | 'look' | 'serve' | 'commit' | 'end', name: string): Promise<void> {
    if (part === 'claim') {
      const leases = await this.#claim()
      this.#runs.set(name, { leases, asked: new Map(), answers: new Map(), again: new Map() })
      return
    }
    const run = this.#runs.get(name)!
    if (part === 'look') await this.#look(run)
    if (part === 'serve')
      for (const order of this.#world.orders)
        if (run.asked.has(order.id)) run.answers.set(order.id, this.#world.answer(order)!)
    if (part === 'commit') await this.#commit(run)
    if (part === 'end') await this.#end(run)
  }

  async #claim(): Promise<Lease[]> {
    await this.#work(`UPDATE "Work" SET "nextAt" = now() WHERE shop = $1 AND state = 'waiting'`)
    // Without leases, whoever comes takes the work, whether or not somebody is at it.
    if (this.#defect === 'no lease')
      await this.#work(`UPDATE "Work" SET state = 'waiting', "nextAt" = now(), "leaseUntil" = NULL WHERE shop = $1`)
    const claimed = await askSystem<Lease>('claim_work', this.#world.orders.length, 600)
    return claimed.map(leaseOf).filter(({ shop }) => shop === this.#shop)
  }

  async #look(run: Run): Promise<void> {
    const rings = run.leases.map(({ entity, payload }) => ({ id: entity, payload: payload as { at?: number } }))
    const looks = await withShopBulk(this.#shop, (tx) => lookAtAll(this.#seen(tx), this.#shop, 'order', rings))
    run.leases.forEach(({ entity }, n) => {
      const look = looks[n]!
      if (look.is === 'ask') run.asked.set(entity, look.fetchedAt)
      if (look.is === 'later') run.again.set(entity, look.inMs)
    })
    this.#calls += run.asked.size
  }

  async #commit(run: Run): Promise<void> {
    await withShopBulk(this.#shop, async (tx) => {
      const answered = run.leases.filter(({ entity }) => run.answers.has(entity))
      const held = await this.#stillMine(tx, answered)
      const byFetch = new Map<number, WholeOrder[]>()
      for (const { id, entity } of answered) {
        if (!held.has(id)) continue
        const answer = run.answers.get(entity)!
        const fetchedAt = run.asked.get(entity)!
        const whole = { root: answer, lines: answer.lineItems.edges.map(({ node }) => node) }
        const sameFetch = byFetch.get(fetchedAt)
        if (sameFetch) sameFetch.push(whole)
        else byFetch.set(fetchedAt, [whole])
        const again = againAfter(Date.parse(answer.updatedAt), fetchedAt)
        if (again) run.again.set(entity, again.againInMs)
      }
      for (const [fetchedAt, orders] of byFetch)
        await storeSingles(this.#seen(tx), this.#shop, { customers: [], orders }, fetchedAt)
    })
    await this.#lookBack()
  }

  async #stillMine(tx: BulkTx, leases: Lease[]): Promise<Set<string>> {
    if (this.#defect === 'no lease') return new Set(leases.map(({ id }) => id))
    const held = await heldLeases(tx, this.#shop, leases)
    this.#refused += leases.length - held.size
    return held
  }

  async #end(run: Run): Promise<void> {
    const byWait = new Map<number | null, Lease[]>()
    for (const lease of run.leases) {
      const wait = run.again.get(lease.entity) ?? null
      byWait.set(wait, [...(byWait.get(wait) ?? []), lease])
    }
    await withShopBulk(this.#shop, async (tx) => {
      for (const [wait, leases] of byWait) await endLeases(tx, this.#shop, leases, wait)
    })
  }

  async #takeBulk(part: 'ask' | 'snapshot' | 'merge'): Promise<void> {
    if (part === 'ask') this.#bulk.askedAt = this.#world.now()
    if (part === 'snapshot') this.#bulk.answers = this.#world.orders.flatMap((order) => this.#world.answer(order) ?? [])
    if (part !== 'merge') return
    const rows = emptyRows()
    const run = BULK_RUN + this.#shop
    let line = 0
    for (const answer of this.#bulk.answers) {
      const order = readOrder(answer)
      rows.orders.push(orderRow(run, (line += 1), order))
      for (const { node } of answer.lineItems.edges)
        rows.lines.push(lineRow(run, (line += 1), order.id, readLine(node)))
    }
    await withShopBulk(this.#shop, async (tx) => {
      await takeMergeLock(tx, this.#shop)
      await stage(tx, rows)
      const merge = { shop: this.#shop, run, road: ROAD.bulk, fetchedAt: this.#bulk.askedAt }
      await mergeOrders(this.#seen(tx), merge, { hasRepeats: false, hasOrphans: false })
      await dropStaging(tx, run)
    })
    await this.#lookBack()
  }

  /** A worker that runs on and on, with time between its runs, until nothing is owed. */
  async #drain(): Promise<void> {
    for (let times = 0; ; times += 1) {
      const [left] = await this.#rows<{ n: number }>(`SELECT count(*)::int AS n FROM "Work" WHERE shop = $1`)
      if (left!.n === 0) return
      if (times === 20) throw new Error(`${left!.n} orders are still owed`)
      await this.#work(
        `UPDATE "Work" SET "leaseUntil" = now() - interval '1 second' WHERE shop = $1 AND state = 'running'`,
      )
      this.#world.clock += 3000
      for (const part of ['claim', 'look', 'serve', 'commit', 'end'] as const) await this.#takeRun(part, 'drain')
    }
  }

  /** Whether an order is stored as it had been before. */
  async #lookBack(): Promise<void> {
    for (const { id, name } of await this.#stored()) {
      const version = Number(name.replace('version ', ''))
      if (version < (this.#newest.get(id) ?? 0)) this.#wentBack += 1
      this.#newest.set(id, version)
    }
  }

  async #stored() {
    return this.#rows<{ id: string; name: string; content: string }>(
      `SELECT o.id::text AS id, o.name, concat_ws(' ', o.name, to_char(o."updatedAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
         o."financialStatus", o."refundedMinor", o."currentQuantity", o."cancelledAt" IS NOT NULL, l.n, l.titles) AS content
       FROM "Order" o LEFT JOIN LATERAL (
         SELECT count(*) AS n, string_agg(DISTINCT title, ',') AS titles FROM "Line" l WHERE l.shop = $1 AND l."order" = o.id) l ON true
       WHERE o.shop = $1`,
    )
  }

  /** The transaction as the app's code gets it: the script's clock for the database's, and without what is left out. */
  #seen(tx: BulkTx): BulkTx {
    return {
      ...tx,
      query: <R>(text: string, values?: unknown[]) => {
        const timed = text.replaceAll('clock_timestamp()', `to_timestamp(${this.#world.now()} / 1000.0)`)
        return tx.query<R>(this.#defect === 'no guard' ? timed.replace(GUARD, '') : timed, values)
      },
    }
  }

  async #rows<R>(text: string): Promise<R[]> {
    return withShopBulk(this.#shop, (tx) => tx.query<R>(text, [this.#shop]))
  }

  async #work(text: string): Promise<void> {
    await this.#rows(text)
  }
}

function truth(answer: OrderFieldsFragment): string {
  const lines = answer.lineItems.edges.map(({ node }) => node)
  const left = lines.reduce((sum, line) => sum + line.currentQuantity, 0)
  const refunded = answer.refunds.length * 500
  const isCancelled = answer.cancelledAt === null ? 'f' : 't'
  return `${answer.name} ${answer.updatedAt} ${answer.displayFinancialStatus} ${refunded} ${left} ${isCancelled} ${lines.length} ${answer.name}`
}
