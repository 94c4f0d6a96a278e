import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { everyNode, filesBelow, read, syntaxOf } from './source.ts'

/** One owner for every table: the only place under `app` that may write it. */
const OWNERS: Record<string, string[]> = {
  'app/flow/sync/': [
    'Shop',
    'Customer',
    'Order',
    'Line',
    'Collection',
    'Product',
    'AbandonedCheckout',
    'SyncRun',
    'LiveHealth',
    'Tombstone',
    'PrivacyRequest',
    'AccountKeys',
    'StagedCustomer',
    'StagedOrder',
    'StagedLine',
  ],
  'app/flow/features/': [
    'Estimates',
    'LifetimeFit',
    'Learned',
    'ProductCycle',
    'OrderEvidence',
    'CustomerFeatures',
    'DiscountUse',
    'Summary',
    'StageDay',
  ],
  'app/flow/segments/': [
    'Membership',
    'MembershipChange',
    'OwnSegment',
    'OwnSegmentVersion',
    'OwnMembership',
    'OwnMove',
    'SetupCopy',
    'Exclusion',
    'SegmentCard',
    'SegmentReview',
    'PersonLink',
    'NameLook',
  ],
  'app/flow/publication/': [
    'Ledger',
    'PublicationRun',
    'TagChange',
    'ShopifySegment',
    'MoveAnnouncement',
    'Announcing',
  ],
  'app/flow/rewards/': [
    'Reward',
    'RewardStanding',
    'Grant',
    'RewardDiscount',
    'CustomerRewards',
    'Review',
    'Delivery',
    'RewardExposure',
    'OffersOff',
  ],
  'app/flow/insights/': ['Insight'],
  'app/flow/recommendations/': ['Recommender', 'RecommendationChoice', 'ProductPicks', 'CustomerPicks'],
  'app/flow/messages/': ['Message', 'MessageExport', 'MessageSending'],
  'app/flow/events/': ['StorefrontEvent', 'CustomerVisits', 'WebPixel'],
  'app/flow/survey/': ['Survey', 'SurveyAnswer'],
  'app/flow/visitor-tokens.ts': ['VisitorToken'],
  'app/flow/settings.ts': ['Settings'],
  'app/outside/': ['Session', 'Inbox', 'Work'],
}

/** Erasure reaches into every stage's tables, and is the one thing that may. */
const MAY_ERASE_EVERYWHERE = 'app/flow/sync/privacy'

const models = [...read('prisma/schema.prisma').matchAll(/^model (\w+) \{/gm)].map((match) => match[1]!)

/** Tables that a file writes: through Prisma's models, and in SQL text. */
function writtenBy(file: string): Map<string, 'write' | 'delete'> {
  const written = new Map<string, 'write' | 'delete'>()
  const note = (table: string, how: 'write' | 'delete') => {
    const model = models.find((name) => name.toLowerCase() === table.toLowerCase())
    if (model && written.get(model) !== 'write') written.set(model, how)
  }
  everyNode(syntaxOf(file), (node) => {
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      ts.isPropertyAccessExpression(node.expression.expression)
    ) {
      const verb = node.expression.name.text
      const model = node.expression.expression.name.text
      if (/^(create|update|upsert)/.test(verb)) note(model, 'write')
      if (/^delete/.test(verb)) note(model, 'delete')
    }
    if (
      ts.isStringLiteral(node) ||
      ts.isNoSubstitutionTemplateLiteral(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node)
    ) {
      for (const match of node.text.matchAll(/\b(INSERT INTO|UPDATE|COPY|MERGE INTO)\s+"?(\w+)"?/gi))
        note(match[2]!, 'write')
      for (const match of node.text.matchAll(/\bDELETE FROM\s+"?(\w+)"?/gi)) note(match[1]!, 'delete')
    }
  })
  return written
}

describe('table ownership', () => {
  test('every table has exactly one owner', () => {
    expect(Object.values(OWNERS).flat().sort()).toEqual([...models].sort())
  })

  test('only its owner writes a table; erasure alone deletes everywhere', () => {
    const trespasses: string[] = []
    for (const file of filesBelow('app', '.ts', '.tsx'))
      for (const [table, how] of writtenBy(file)) {
        const owner = Object.keys(OWNERS).find((place) => OWNERS[place]!.includes(table))!
        if (file.startsWith(owner)) continue
        if (file.startsWith(MAY_ERASE_EVERYWHERE)) continue
        trespasses.push(`${file} ${how}s ${table}, which belongs to ${owner}`)
      }
    expect(trespasses).toEqual([])
  })

  test('every table is written by somebody', () => {
    const written = new Set(filesBelow('app', '.ts').flatMap((file) => [...writtenBy(file).keys()]))
    const bySqlFunction = [...read('prisma/migrations/0001_init/migration.sql').matchAll(/INSERT INTO "(\w+)"/gi)].map(
      (match) => match[1]!,
    )
    expect(models.filter((model) => !written.has(model) && !bySqlFunction.includes(model))).toEqual([])
  })
})
