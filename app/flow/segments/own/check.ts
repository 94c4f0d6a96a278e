import type { RuleTrouble } from '#app/domain/own-pages.ts'
import { allTags, ownTag } from '#app/domain/publication.ts'
import { conditionsOf, MOST_IN_ALL, needsWholeHistory, type Rule, type RulesById } from '#app/domain/rules/rule.ts'
import { circleOf, reachOf, wholeSize } from '#app/domain/rules/trouble.ts'
import { tagKeyOf, type SettingsData } from '#app/domain/settings.ts'

type Surroundings = {
  /** The segment that the rule is of; null: a new one. */
  id: number | null
  segments: readonly { id: number; name: string; rule: Rule }[]
  settings: SettingsData
  isLimited: boolean
  /**
   * Keys of tags that somebody carries, products that somebody has bought, and collections that there are; null: not looked
   * at, and not warned of.
   */
  known: {
    tags: { has(key: string): boolean }
    products: ReadonlySet<string>
    /** Null: none was read yet. */
    collections: ReadonlySet<string> | null
    /** Choices of the survey. */
    answers: ReadonlySet<number>
  } | null
}

/** What is wrong with a rule among the shop's others, what blocks it first; a circle is told alone. */
export function troublesOf(rule: Rule, around: Surroundings): RuleTrouble[] {
  const others: RulesById = new Map(around.segments.map((each) => [each.id, each.rule]))
  const circle = around.id === null ? null : circleOf(around.id, rule, others)
  if (circle) return [{ kind: 'rule-circle', names: circle.map((id) => nameOf(id, around)), blocks: true }]
  const withThis = around.id === null ? others : new Map([...others, [around.id, rule]])
  if ([rule, ...withThis.values()].some((each) => wholeSize(each, withThis) > MOST_IN_ALL))
    return [{ kind: 'rule-large', blocks: true }]
  const reach = reachOf(rule, others)
  const troubles: RuleTrouble[] = []
  if (reach.kind === 'nobody') troubles.push({ kind: 'rule-nobody', between: reach.between, blocks: true })
  if (reach.kind === 'everybody') troubles.push({ kind: 'rule-everybody', blocks: false })
  const ours = new Set([
    ...allTags(around.settings).map(tagKeyOf),
    ...around.segments.map(({ name }) => tagKeyOf(ownTag(name, around.settings))),
  ])
  const seen = new Set<string>()
  for (const condition of conditionsOf(rule)) {
    const key = JSON.stringify(condition)
    if (seen.has(key)) continue
    seen.add(key)
    if (around.isLimited && needsWholeHistory(condition)) troubles.push({ kind: 'rule-whole-history', blocks: true })
    if (condition.kind === 'tag' && ours.has(tagKeyOf(condition.tag)))
      troubles.push({ kind: 'rule-our-tag', tag: condition.tag, blocks: true })
    else if (condition.kind === 'tag' && around.known?.tags.has(tagKeyOf(condition.tag)) === false)
      troubles.push({ kind: 'rule-tag-gone', tag: condition.tag, blocks: false })
    if (condition.kind === 'bought' && around.known?.products.has(condition.product) === false)
      troubles.push({ kind: 'rule-product-gone', title: condition.title, blocks: false })
    const isOfCollection = condition.kind === 'bought-in' || condition.kind === 'interested-in'
    if (isOfCollection && around.known?.collections?.has(condition.collection) === false)
      troubles.push({ kind: 'rule-collection-gone', title: condition.title, blocks: false })
    if (condition.kind === 'answered' && around.known?.answers.has(condition.choice) === false)
      troubles.push({ kind: 'rule-answer-gone', title: condition.title, blocks: false })
    if (condition.kind === 'segment' && !others.has(condition.segment))
      troubles.push({ kind: 'rule-segment-gone', blocks: true })
  }
  return troubles.sort((a, b) => Number(b.blocks) - Number(a.blocks))
}

function nameOf(id: number, { segments }: Surroundings): string {
  return segments.find((each) => each.id === id)?.name ?? ''
}
