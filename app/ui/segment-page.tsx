import { Badge, BlockStack, Button, Card, InlineStack, Page, Text } from '@shopify/polaris'
import { useState } from 'react'
import type { SegmentPage, SegmentPreview } from '#app/domain/pages.ts'
import type { Thresholds } from '#app/domain/stages.ts'
import { cardPath } from './card-fields.ts'
import { CustomerList } from './customer-list.tsx'
import { FlowTick } from './flow-tick.tsx'
import { FreshnessText, FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { messagePath } from './message-fields.ts'
import { RankedBy } from './outlook.tsx'
import { EmptyCard } from './page-states.tsx'
import { KeptOutLine } from './rewards-card.tsx'
import type { OwnWords } from './own-text.ts'
import { RehearsalCard } from './rehearsal-card.tsx'
import type { RehearsingProps } from './rehearsing.ts'
import { fieldsOf } from './rule-fields.ts'
import { RightnessCard } from './rightness-card.tsx'
import { SaveBar } from './save-bar.tsx'
import { SixtyDays, isHidden } from './sixty-days.tsx'
import { SegmentExplained } from './segment-explained.tsx'
import { SegmentPreviewCard } from './segment-preview.tsx'
import { RuleSentence, isRuleValid } from './rule-sentence.tsx'

type Props = {
  page: SegmentPage
  preview: SegmentPreview | null
  isPreviewing: boolean
  hasPreviewFailed: boolean
  isSaving: boolean
  rehearsal: RehearsingProps
  onPreview: (thresholds: Thresholds) => void
  /** `announce`: Shopify Flow is told of the moves. */
  onSave: (thresholds: Thresholds, announce: boolean) => void
}

/** The reasons of a stage name no money and no other segment. */
const NO_NAMES: OwnWords = { currency: '', names: new Map() }

export function SegmentScreen(props: Props) {
  const { page, preview, isPreviewing, hasPreviewFailed, isSaving, onPreview, onSave } = props
  const { t, f } = useWords()
  const [draft, setDraft] = useState<Thresholds>(page.thresholds)
  const [saved, setSaved] = useState(page.thresholds)
  const [announce, setAnnounce] = useState(false)
  // What was saved elsewhere, or just now, replaces the draft.
  if (saved !== page.thresholds && !isSameRule(saved, page.thresholds)) {
    setSaved(page.thresholds)
    setDraft(page.thresholds)
    setAnnounce(false)
  }
  const isDirty = !isSameRule(draft, page.thresholds)
  const isValid = isRuleValid(draft)
  const name = t(`stage.${page.segment}`)
  function change(thresholds: Thresholds) {
    setDraft(thresholds)
    if (isRuleValid(thresholds)) onPreview(thresholds)
  }
  return (
    <Page
      title={name}
      titleMetadata={
        <Badge tone={page.taggingOn ? 'success' : undefined}>
          {page.taggingOn ? t('tagging.on') : t('tagging.off')}
        </Badge>
      }
      backAction={{ content: t('nav.segments'), url: '/app/segments' }}
      secondaryActions={[
        { content: t('card.open'), url: cardPath(page.segment) },
        { content: t('messages.open'), url: messagePath(page.segment) },
      ]}
    >
      <SaveBar
        isOpen={isDirty}
        isSaving={isSaving}
        isValid={isValid}
        onSave={() => onSave(draft, announce)}
        onDiscard={() => {
          setDraft(page.thresholds)
          setAnnounce(false)
        }}
      />
      <BlockStack gap="400">
        {page.freshness.isLimited ? <SixtyDays /> : null}
        <Card>
          <BlockStack gap="300">
            <RuleSentence
              segment={page.segment}
              thresholds={draft}
              isLearned={page.learned.mixture !== null}
              onChange={change}
            />
            <Text as="p" tone="subdued">
              {t('count.customersShare', {
                count: page.row.customers,
                n: f.number(page.row.customers),
                share: f.percent(page.row.share),
              })}
              {' · '}
              {page.row.revenue12m === null
                ? null
                : `${t('segment.revenue', { money: f.moneyShort(page.row.revenue12m) })} · `}
              <FreshnessText freshness={page.freshness} />
            </Text>
            <KeptOutLine customers={page.keptOut} />
            <FreshnessTrouble freshness={page.freshness} />
            <ShopifyList page={page} />
          </BlockStack>
        </Card>
        {isDirty ? (
          <SegmentPreviewCard
            segment={page.segment}
            preview={preview}
            isBusy={isPreviewing}
            hasFailed={hasPreviewFailed}
            isValid={isValid}
          >
            {page.announceMoves && preview !== null && preview.moves > 0 ? (
              <FlowTick moves={preview.moves} isTicked={announce} onTick={setAnnounce} />
            ) : null}
          </SegmentPreviewCard>
        ) : null}
        <People page={page} name={name} />
        {page.segment === 'cherry-picker' && page.outcome === null ? null : <OutcomeCard page={page} />}
        {page.segment === 'cherry-picker' ? (
          <NoPast />
        ) : (
          <RehearsalCard
            {...props.rehearsal}
            query={isValid ? new URLSearchParams(fieldsOf(draft)).toString() : null}
            words={NO_NAMES}
          />
        )}
        {page.outlook?.state === 'known' ? <RightnessCard shop={page.outlook} /> : null}
        <SegmentExplained page={page} />
      </BlockStack>
    </Page>
  )
}

/** What cherry-picker rests on reaches back 24 months from today: of an earlier day it would be told from less than that. */
function NoPast() {
  const { t } = useWords()
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {t('rehearsal.title')}
        </Text>
        <Text as="p" tone="subdued">
          {t('rehearsal.notOfCherry')}
        </Text>
      </BlockStack>
    </Card>
  )
}

function isSameRule(one: Thresholds, other: Thresholds): boolean {
  return (Object.keys(one) as (keyof Thresholds)[]).every((key) => one[key] === other[key])
}

function ShopifyList({ page }: { page: SegmentPage }) {
  const { t } = useWords()
  if (page.tag === null)
    return (
      <Text as="p" tone="subdued">
        {t('segment.noTag')}
      </Text>
    )
  if (!page.taggingOn)
    return (
      <Text as="p" tone="subdued">
        {t('segment.tagLater', { tag: page.tag })}
      </Text>
    )
  return (
    <InlineStack>
      <Button url={page.shopifyListUrl} target="_top">
        {t('segment.openInShopify', { tag: page.tag })}
      </Button>
    </InlineStack>
  )
}

function People({ page, name }: { page: SegmentPage; name: string }) {
  const { t, f } = useWords()
  if (page.examples.length === 0)
    return isHidden(page.segment, page.row.customers, page.freshness) ? (
      <EmptyCard title={name} text={t('sixtyDays.hidden')} />
    ) : (
      <EmptyCard title={t('segment.empty.title', { name })} text={t('segment.empty.text')} />
    )
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {page.row.customers > page.examples.length
            ? t('segment.someOf', { shown: f.number(page.examples.length), n: f.number(page.row.customers) })
            : t('segment.allOf')}
        </Text>
        {page.outlook === null ? null : <RankedBy shop={page.outlook} />}
        <CustomerList
          rows={page.examples}
          about={page.segment === 'cherry-picker' ? 'cherry-picker' : 'stage'}
          horizonDays={page.outlook?.state === 'known' ? page.outlook.horizonDays : undefined}
        />
      </BlockStack>
    </Card>
  )
}

function OutcomeCard({ page }: { page: SegmentPage }) {
  const { t, f } = useWords()
  const { outcome } = page
  const rest = outcome === null ? 0 : outcome.then - outcome.orderedAgain
  // A discount for people of whom most come back anyway is mostly given away; where fewer do, the figure stands alone.
  const isLate = page.segment === 'at-risk' || page.segment === 'lapsed'
  const meaning =
    isLate && outcome !== null && outcome.orderedAgain >= rest
      ? t('outcome.think')
      : rest > 0 && outcome !== null && outcome.orderedAgain > 0
        ? t('outcome.rest', { count: rest, n: f.number(rest) })
        : ''
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {t('outcome.title')}
        </Text>
        {outcome === null || outcome.then === 0 ? (
          <Text as="p">{t('outcome.none')}</Text>
        ) : (
          <Text as="p">
            {t(page.segment === 'prospect' ? 'outcome.first' : 'outcome.text', {
              count: outcome.then,
              then: f.number(outcome.then),
              again: f.number(outcome.orderedAgain),
              share: f.percent(outcome.orderedAgain / outcome.then),
              days: f.number(outcome.days),
            })}
            {` ${meaning}`}
          </Text>
        )}
      </BlockStack>
    </Card>
  )
}
