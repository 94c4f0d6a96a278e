/** One customer's change, on tags read from Shopify a moment before: for single calls, in a run or for one touched customer. */
import { allTags, desiredState, desiredTags, showsTheSame, tagChange, wantedOf } from '#app/domain/publication.ts'
import type { Hands } from '#app/domain/publication.ts'
import type { CherryTier } from '#app/domain/cherry-picker.ts'
import { tagKeyOf } from '#app/domain/settings.ts'
import type { Stage } from '#app/domain/stages.ts'
import type { BulkTx, ShopId } from '#app/outside/database.server.ts'
import type { TaggingSettings } from './names.ts'

/** What the ledger says is about to be sent; `live`: for this customer alone, `isNew`: the first there ever was. */
export type Pending = {
  run: number
  live?: true
  isNew?: true
  add?: string[]
  remove?: string[]
  state?: string
  clear?: true
}

/** What is known of a customer before a change; lists are null where the ledger has no row. */
export type Row = {
  customer: string
  tags: string[] | null
  preexisting: string[] | null
  state: string | null
  pending: Pending | null
  missing: string[] | null
  leftOff: string[] | null
  added: string[] | null
  putBack: Record<string, number> | null
  stage: Stage | null
  tier: CherryTier | null
  /** Ids of the merchant's own segments; null: in none. */
  own: number[] | null
  since: number | null
}

/** The columns of a Row, from `l`, the ledger's row, and `m`, the membership. */
export const ROW_COLUMNS = `l.tags, l.preexisting, l.state, l.problem->'pending' AS pending, l.missing, l."leftOff", l.added,
  l."putBack", m.stage, m."cherryPicker" AS tier,
  (SELECT o.segments FROM "OwnMembership" o WHERE o.shop = m.shop AND o.customer = m.customer) AS own,
  (extract(epoch FROM m."stageSince") * 1000)::float8 AS since`

export type Change = {
  customer: string
  add: string[]
  remove: string[]
  owned: string[]
  preexisting: string[]
  hands: Hands
  noticed: { removed: string[]; added: string[] }
  wanted: string
  state: string | null
  clear: boolean
  isNew: boolean
}

/** What the change is decided on beside the row: `isRemoval`: everything of ours goes; `neverUsed`: keys no run has used. */
export type Deciding = { settings: TaggingSettings; isRemoval: boolean; neverUsed: string[] }

/** What has to be sent so that this customer is as their stage says; observed null: the ledger speaks for what is there. */
export function changeOf(row: Row, observed: string[] | null, { settings, isRemoval, neverUsed }: Deciding): Change {
  const owned = row.tags ?? []
  const preexisting = row.preexisting ?? []
  const desired = isRemoval ? [] : desiredTags(row.stage, row.tier ?? 'none', settings, row.own ?? [])
  const wantedState = isRemoval || row.stage === null ? null : desiredState(row.stage, [], row.since ?? 0)
  const mustState =
    row.pending?.state !== undefined || row.pending?.clear === true || !showsTheSame(row.state, wantedState)
  const names = new Set([...allTags(settings), ...owned, ...preexisting].map(tagKeyOf))
  const isNew = row.tags === null || row.pending?.isNew === true
  const change = tagChange(
    desired,
    {
      owned,
      preexisting,
      observed: (observed ?? []).filter((tag) => names.has(tagKeyOf(tag))),
      how: observed === null ? 'remembered' : 'fresh',
      cutOff: [...(row.pending?.add ?? []), ...(row.pending?.remove ?? [])],
      hands: handsOf(row),
      isKnown: !isNew,
      neverUsed,
    },
    settings.whenRemoved,
  )
  return {
    ...change,
    customer: row.customer,
    wanted: wantedOf(desired, wantedState),
    state: mustState ? wantedState : null,
    clear: mustState && wantedState === null,
    isNew,
  }
}

function handsOf({ missing, leftOff, added, putBack }: Row): Hands {
  return { missing: missing ?? [], leftOff: leftOff ?? [], added: added ?? [], putBack: putBack ?? {} }
}

/** Whether anything is to be sent. */
export function isSomething({ add, remove, state, clear }: Change): boolean {
  return add.length > 0 || remove.length > 0 || state !== null || clear
}

/** Ownership before sending: whatever happens from here on, what we add is known to be ours. */
export async function writeChanges(
  tx: BulkTx,
  shop: ShopId,
  run: number,
  changes: Change[],
  how: { isLive: boolean },
): Promise<void> {
  const rows = changes.map((change) => {
    const { customer, owned, preexisting, add, remove, wanted, state, clear, isNew, hands } = change
    const pending = {
      run,
      wanted,
      ...(how.isLive && { live: true }),
      ...(isNew && { isNew: true }),
      ...(add.length > 0 && { add }),
      ...(remove.length > 0 && { remove }),
      ...(state !== null && { state }),
      ...(clear && { clear }),
    }
    return { customer, owned, preexisting, ...hands, problem: isSomething(change) ? { pending } : null }
  })
  await tx.query(
    `INSERT INTO "Ledger" AS l (shop, customer, tags, preexisting, problem, missing, "leftOff", added, "putBack", "writtenAt")
     SELECT $1, c.*, clock_timestamp() FROM jsonb_to_recordset($2::jsonb) AS c(customer bigint, owned text[],
       preexisting text[], problem jsonb, missing text[], "leftOff" text[], added text[], "putBack" jsonb)
     ON CONFLICT (shop, customer) DO UPDATE SET tags = excluded.tags, preexisting = excluded.preexisting,
       problem = excluded.problem, missing = excluded.missing, "leftOff" = excluded."leftOff", added = excluded.added,
       "putBack" = excluded."putBack", "writtenAt" = excluded."writtenAt"`,
    [shop, JSON.stringify(rows)],
  )
  const noticed = changes.flatMap(({ customer, noticed: { removed, added } }) => [
    ...removed.map((tag) => ({ customer, what: 'remove', tag })),
    ...added.map((tag) => ({ customer, what: 'add', tag })),
  ])
  if (noticed.length === 0) return
  await tx.query(
    `INSERT INTO "TagChange" (shop, customer, what, tag, by, at)
     SELECT $1, c.customer, c.what, c.tag, 'somebody', clock_timestamp()
     FROM jsonb_to_recordset($2::jsonb) AS c(customer bigint, what text, tag text)`,
    [shop, JSON.stringify(noticed)],
  )
}
