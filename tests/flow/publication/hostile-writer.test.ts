// Somebody else writes tags all the time while the worker is killed again and again. Small here, in full by `npm run exam`.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { desiredTags } from '#app/domain/publication.ts'
import { defaultSettings, tagKeyOf } from '#app/domain/settings.ts'
import type { Stage } from '#app/domain/stages.ts'
import { removeTags, startTagging } from '#app/flow/publication/runs.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { withShop, withShopBulk } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import type { PlayedShop } from '#tests/flow/sync/played.ts'
import { chanceFrom } from '#tests/shop/chance.ts'
import { beforeCalls, ledger, playStages, refreshed, standing } from './published.ts'

const CUSTOMERS = Number(process.env.EXAM_CUSTOMERS ?? 520)
const KILLS = Number(process.env.EXAM_KILLS ?? 2)
const SEED = process.env.EXAM_SEED ?? 'a hostile second writer'
const ACTS_A_KILL = 100
const LIMIT = 250
const settings = defaultSettings()

/** Writes tags of their own, names of ours in whatever spelling, and takes ours off; keeps what must be there in the end. */
class HostileWriter {
  readonly theirs = new Map<number, Map<string, string>>()
  readonly touched = new Set<number>()
  acts = 0
  readonly #world: PlayedShop['world']
  readonly #below: (n: number) => number
  constructor(world: PlayedShop['world'], below: (n: number) => number) {
    this.#world = world
    this.#below = below
    for (const [id, { tags }] of world.customers) this.theirs.set(id, new Map(tags.map((tag) => [tagKeyOf(tag), tag])))
  }

  act(): void {
    const id = 1001 + this.#below(this.#world.customers.size)
    this.acts += 1
    const what = this.#below(6)
    if (what <= 1) this.#give(id, `own ${this.acts}, 단골 🎁 ${this.acts}`.split(', '))
    if (what === 2) this.#takeTheirs(id)
    if (what === 3)
      this.#give(id, [this.#spelled(id % 2 === 0 ? ['lapsed', 'cherry-picker'] : ['repeat', 'new', 'loyal'])])
    // Who takes ours off gives no tag of that name: in the seconds before we look nothing tells theirs from ours.
    if (what === 4 && id % 2 === 0) this.#takeOurs(id)
    if (what === 5 && id % 7 === 0)
      this.#give(
        id,
        Array.from({ length: LIMIT }, (_, n) => `fill ${n}`),
      )
  }

  #give(id: number, tags: string[]): void {
    const customer = this.#world.customers.get(id)!
    for (const tag of tags) {
      if (customer.tags.length >= LIMIT || customer.tags.some((has) => tagKeyOf(has) === tagKeyOf(tag))) continue
      customer.tags.push(tag)
      this.theirs.get(id)!.set(tagKeyOf(tag), tag)
    }
    this.#changed(id)
  }

  #takeTheirs(id: number): void {
    const theirs = [...this.theirs.get(id)!.keys()]
    for (const key of theirs.length >= 200 ? theirs.slice(0, 30) : theirs.slice(0, 1)) this.#take(id, key)
  }

  #takeOurs(id: number): void {
    const ours = this.#world.customers.get(id)!.tags.find((tag) => !this.theirs.get(id)!.has(tagKeyOf(tag)))
    if (ours !== undefined) this.#take(id, tagKeyOf(ours))
  }

  #take(id: number, key: string): void {
    const customer = this.#world.customers.get(id)!
    customer.tags = customer.tags.filter((tag) => tagKeyOf(tag) !== key)
    this.theirs.get(id)!.delete(key)
    this.#changed(id)
  }

  #spelled(texts: string[]): string {
    const text = `seg:${texts[this.#below(texts.length)]!}`
    return this.#below(2) === 0 ? text.toUpperCase() : `S${text.slice(1)}`
  }

  #changed(id: number): void {
    this.#world.customers.get(id)!.updatedAt = Date.now()
    this.touched.add(id)
  }
}

test(
  'beside a hostile second writer and killed again and again: no foreign tag is changed, ours are as desired',
  { timeout: 900_000 },
  async () => {
    const chance = chanceFrom(SEED)
    const below = (n: number) => Math.floor(chance() * n)
    const played = await playStages(
      Array.from({ length: CUSTOMERS }, (_, n) => ({
        stage: 'new' as const,
        tags: n % 7 === 0 ? Array.from({ length: LIMIT - (n % 3) }, (_, at) => `was ${at}`) : ['VIP', `Seg:X ${n}`],
      })),
      { plan: 'enterprise', pace: { startMs: 50, objectsPerSecond: 4000 } },
    )
    const stages = new Map<number, Stage>([...played.world.customers.keys()].map((id) => [id, 'new']))
    const hostile = new HostileWriter(played.world, below)
    await saveSettings(played.shop, { whenRemoved: 'put-back' })
    beforeCalls(played, () => {
      for (let n = 0; n < 3; n += 1) hostile.act()
    })

    await startTagging(played.shop)
    const worker = new KilledWorker(played)
    for (let kill = 0; kill < KILLS; kill += 1) {
      await worker.next()
      // A third moves, all at once every other time, and the jobs of whom somebody has touched come as webhooks bring them.
      const moved = [...stages.keys()].filter(() => kill % 2 === 1 || below(3) === 0)
      for (const id of moved) stages.set(id, stages.get(id) === 'new' ? 'repeat' : 'new')
      await standing(
        played.shop,
        moved.map((id) => ({ id, stage: stages.get(id)! })),
      )
      if (kill % 2 === 1) await withShop(played.shop, (tx) => owe(tx, played.shop, 'publish', String(played.shop), {}))
      else await oweFor(played, moved.slice(0, 40))
      const enough = hostile.acts + ACTS_A_KILL + below(ACTS_A_KILL)
      while (hostile.acts < enough) {
        await sleep(20)
        hostile.act()
        await oweTouched(played, hostile)
      }
      await worker.kill()
    }
    // The storm is over: everybody is looked at once more, as after a webhook of each.
    played.local.shop.played.calls.push = Array.prototype.push
    await worker.next()
    await withShop(played.shop, (tx) => owe(tx, played.shop, 'publish', String(played.shop), {}))
    await untilIdle(played)
    await refreshed(played, [...stages.keys()])
    await oweFor(played, [...stages.keys()])
    await untilIdle(played)

    const found = await examine(played, hostile, stages)
    process.stderr.write(`${hostile.acts} acts of somebody else, ${KILLS} kills: ${JSON.stringify(found)}\n`)
    expect(hostile.acts).toBeGreaterThan(KILLS * ACTS_A_KILL)
    expect(found).toMatchObject({ foreignChanged: [], oursWrong: [], fought: 0 })

    // Whatever the ledger took for ours goes now: what is somebody else's must not be among it.
    await removeTags(played.shop)
    await untilIdle(played)
    const left = [...played.world.customers.values()].map(({ id, tags }) => [id, [...tags].sort()])
    const theirs = [...played.world.customers.keys()].map((id) => [id, [...hostile.theirs.get(id)!.values()].sort()])
    expect(left).toEqual(theirs)
  },
)

async function oweTouched(played: PlayedShop, hostile: HostileWriter): Promise<void> {
  const touched = [...hostile.touched]
  hostile.touched.clear()
  await refreshed(played, touched)
  await oweFor(played, touched)
}

async function oweFor({ shop }: PlayedShop, customers: number[]): Promise<void> {
  await withShopBulk(shop, (tx) =>
    tx.query(`SELECT owe_work($1, 'publish-customer', id::text, '{}', 0)::text FROM unnest($2::bigint[]) AS id`, [
      shop,
      customers,
    ]),
  )
}

async function untilIdle({ shop }: PlayedShop): Promise<void> {
  for (;;) {
    const open = await withShop(shop, (tx) =>
      tx.work.findMany({
        where: { shop },
        select: { state: true, kind: true, attempts: true, crashes: true, problem: true },
      }),
    )
    expect(open.filter(({ state }) => state === 'dead' || state === 'parked')).toEqual([])
    if (open.length === 0) return
    await sleep(50)
  }
}

async function examine({ shop, world }: PlayedShop, { theirs }: HostileWriter, stages: Map<number, Stage>) {
  const rows = await ledger(shop)
  const foreignChanged: string[] = []
  const oursWrong: string[] = []
  let fought = 0
  for (const [id, customer] of world.customers) {
    const own = theirs.get(id)!
    const row = rows.get(id)
    for (const [key, tag] of own) if (!customer.tags.includes(tag)) foreignChanged.push(`${id} lost ${key}`)
    const ours = customer.tags.filter((tag) => !own.has(tagKeyOf(tag)))
    const isOff = new Set([...own.keys(), ...(row?.missing ?? []), ...(row?.leftOff ?? [])])
    const desired = desiredTags(stages.get(id)!, 'none', settings).filter((tag) => !isOff.has(tagKeyOf(tag)))
    const isFull = customer.tags.length + desired.length > LIMIT
    for (const tag of ours) if (!desired.includes(tag)) oursWrong.push(`${id} still has ${tag}`)
    for (const tag of desired) if (!ours.includes(tag) && !isFull) oursWrong.push(`${id} lacks ${tag}`)
    fought += Object.values(row?.putBack ?? {}).filter((times) => times > 3).length
  }
  return { foreignChanged, oursWrong, fought }
}

/** One worker at a time; the next has loaded before the last is killed. */
class KilledWorker {
  readonly #played: PlayedShop
  readonly #children = new Set<ChildProcess>()
  #running: ChildProcess | null = null
  #reserve: Promise<ChildProcess>
  constructor(played: PlayedShop) {
    this.#played = played
    this.#reserve = this.#load()
    onTestFinished(() => {
      for (const child of this.#children) child.kill('SIGKILL')
    })
  }

  async next(): Promise<void> {
    this.#running = await this.#reserve
    this.#running.send('go')
    this.#reserve = this.#load()
  }

  async kill(): Promise<void> {
    const child = this.#running!
    await this.#reserve
    child.kill('SIGKILL')
    await once(child, 'exit')
    this.#children.delete(child)
  }

  async #load(): Promise<ChildProcess> {
    const child = fork(new URL('./worker-process.ts', import.meta.url).pathname, {
      execArgv: ['--import', new URL('../../shop/redirect.ts', import.meta.url).pathname],
      env: { ...process.env, MORELLO_LOCAL_SHOP: this.#played.local.origin, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#children.add(child)
    await once(child, 'message')
    return child
  }
}
