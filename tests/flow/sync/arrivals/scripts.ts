/**
 * How the steps of two workers, the bulk road and the shop interleave: the same script for every order at once, each with
 * an arrival of its own.
 */
import { chanceFrom, oneOf, wholeBetween } from '#tests/shop/chance.ts'

/**
 * ring: the order's next event arrives · change: the shop changes the order once more · second: time goes on ·
 * clock: the database's clock is set, so many seconds off the shop's · lapse: whatever leases are held run out, as when
 * their workers hang · claim … end: one run of a worker (a hung worker goes on later) · bulk: the bulk road's question,
 * its snapshot, its merge · drain: a worker runs until nothing is owed.
 */
export type Step =
  | { is: 'ring' | 'change' | 'lapse' | 'drain' }
  | { is: 'second'; seconds: number }
  | { is: 'clock'; offSeconds: number }
  | { is: 'claim' | 'look' | 'serve' | 'commit' | 'end'; run: string }
  | { is: 'bulk'; part: 'ask' | 'snapshot' | 'merge' }

export const EVENTS = 7

const WORKER_PARTS = ['claim', 'look', 'serve', 'commit', 'end'] as const
const BULK_PARTS = ['ask', 'snapshot', 'merge'] as const

/** Written by hand: each is about one danger. `A:claim-serve` is a stretch of a run. */
const BY_HAND: Record<string, string> = {
  'one after the other': 'r A r B second r C r D r E second r F r G drain',
  'all at once': 'r r r r r r r A drain',
  'an old bulk file is merged last': 'r ask snapshot r A r second r r B r r drain merge drain',
  'a bulk file whose snapshot is newer than a live answer':
    'r ask A:claim-serve change r snapshot r A:commit-end r r r r merge drain',
  'an answer is late and its lease is lost': 'r r A:claim-serve lapse r B r second r r C r drain A:commit-end drain',
  'the clock is set back while an answer is on its way':
    'r r A:claim-serve lapse clock-2 change r change r B r A:commit-end r r drain',
  'the clock stands still for two questions':
    'r r A:claim-look A:serve lapse still r change r B A:commit-end r r r still drain',
  'two answers on their way, the first comes last':
    'r A:claim-serve lapse change r B:claim-serve lapse clock-1 r change C B:commit-end r r A:commit-end r r drain',
}

/** The first so many scripts are those by hand. */
export const WRITTEN_BY_HAND = Object.keys(BY_HAND).length

/** The scripts, by name: those by hand and as many by chance as are missing to `count`. */
export function scripts(count: number): { name: string; steps: Step[] }[] {
  const written = Object.entries(BY_HAND).map(([name, text]) => ({ name, steps: text.split(' ').flatMap(stepsOf) }))
  const drawn = Array.from({ length: Math.max(0, count - written.length) }, (_, n) => ({
    name: `by chance ${n + 1}`,
    steps: byChance(`arrivals ${n + 1}`),
  }))
  return [...written, ...drawn].slice(0, count)
}

function stepsOf(word: string): Step[] {
  if (word === 'r') return [{ is: 'ring' }]
  if (word === 'change' || word === 'lapse' || word === 'drain') return [{ is: word }]
  if (word === 'second') return [{ is: 'second', seconds: 1 }]
  if (word === 'still') return [{ is: 'second', seconds: 0 }]
  if (word === 'ask' || word === 'snapshot' || word === 'merge') return [{ is: 'bulk', part: word }]
  if (word.startsWith('clock')) return [{ is: 'clock', offSeconds: Number(word.slice('clock'.length)) }]
  const [run, stretch] = word.split(':') as [string, string | undefined]
  const [from, to] = (stretch ?? 'claim-end').split('-') as [(typeof WORKER_PARTS)[number], string | undefined]
  const first = WORKER_PARTS.indexOf(from)
  const last = to === undefined ? first : WORKER_PARTS.indexOf(to as (typeof WORKER_PARTS)[number])
  return WORKER_PARTS.slice(first, last + 1).map((is) => ({ is, run }))
}

/** Four runs, a bulk file and the shop in one random order that keeps the order of each; two runs may be under way. */
function byChance(seed: string): Step[] {
  const random = chanceFrom(seed)
  const threads: Step[][] = [
    Array.from({ length: EVENTS }, (): Step => ({ is: 'ring' })),
    Array.from({ length: wholeBetween(random, 0, 3) }, (): Step => ({ is: 'change' })),
    BULK_PARTS.map((part): Step => ({ is: 'bulk', part })),
    [...runOf('A'), ...runOf('C')],
    [...runOf('B'), ...runOf('D')],
    Array.from({ length: wholeBetween(random, 0, 3) }, (): Step => ({ is: 'lapse' })),
    Array.from({ length: wholeBetween(random, 1, 3) }, (): Step => ({ is: 'second', seconds: 1 })),
    Array.from({ length: wholeBetween(random, 0, 2) }, (): Step => ({
      is: 'clock',
      offSeconds: wholeBetween(random, -2, 2),
    })),
  ]
  const steps: Step[] = []
  const drainAt = wholeBetween(random, 15, 40)
  while (threads.some((thread) => thread.length > 0)) {
    steps.push(
      oneOf(
        random,
        threads.filter((thread) => thread.length > 0),
      ).shift()!,
    )
    if (steps.length === drainAt) steps.push({ is: 'drain' })
  }
  return [...steps, { is: 'drain' }]
}

function runOf(run: string): Step[] {
  return WORKER_PARTS.map((is) => ({ is, run }))
}
