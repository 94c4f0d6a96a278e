import { Badge, BlockStack, Box, Button, Card, Divider, InlineStack, Page, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import { CARD_FIELDS, CARD_LIMITS, type CardPage, type CardVersion, type CardWords } from '#app/domain/segment-card.ts'
import { cardPath, segmentPath } from './card-fields.ts'
import { driftText, factLines, segmentName, tooFewText } from './card-text.ts'
import { DownloadButton } from './download-button.tsx'
import { FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { SaveBar } from './save-bar.tsx'

type Props = {
  page: CardPage
  isBusy: boolean
  /** Why saving was refused, by field: keys of the texts. */
  refused: Partial<Record<keyof CardWords, string>>
  onSave: (words: CardWords) => void
  onReviewed: () => void
}

/** A segment's card: what the orders say, beside who the merchant sees in it. */
export function CardScreen({ page, isBusy, refused, onSave, onReviewed }: Props) {
  const { t, f } = useWords()
  const [draft, setDraft] = useState<CardWords>(page.words)
  const [seen, setSeen] = useState(page.versions[0]?.version ?? 0)
  const newest = page.versions[0]?.version ?? 0
  // What was saved, here or by somebody else, replaces the draft.
  if (seen !== newest) {
    setSeen(newest)
    setDraft(page.words)
  }
  const segment = segmentName(t, page)
  return (
    <Page
      title={t('card.title', { segment })}
      titleMetadata={page.isNegative ? <Badge tone="attention">{t('card.negative')}</Badge> : undefined}
      backAction={{ content: segment, url: segmentPath(page.key) }}
      secondaryActions={[{ content: t('card.print'), url: `${cardPath(page.key)}/print` }]}
    >
      <SaveBar
        isOpen={CARD_FIELDS.some((field) => draft[field].trim() !== page.words[field])}
        isSaving={isBusy}
        isValid={CARD_FIELDS.every((field) => [...draft[field].trim()].length <= CARD_LIMITS[field])}
        onSave={() => onSave(draft)}
        onDiscard={() => setDraft(page.words)}
      />
      <BlockStack gap="400">
        <FreshnessTrouble freshness={page.freshness} />
        <FactsCard page={page} />
        <ReviewCard page={page} isBusy={isBusy} onReviewed={onReviewed} />
        <Card>
          <BlockStack gap="400">
            <BlockStack gap="100">
              <Text as="h2" variant="headingMd">
                {t('card.words')}
              </Text>
              <Text as="p" tone="subdued">
                {page.isNegative ? t('card.wordsNegative') : t('card.wordsText')}
              </Text>
            </BlockStack>
            {CARD_FIELDS.map((field) => (
              <TextField
                key={field}
                label={t(`card.field.${field}`)}
                helpText={t(`card.help.${field}`)}
                value={draft[field]}
                onChange={(value) => setDraft({ ...draft, [field]: value })}
                maxLength={CARD_LIMITS[field]}
                showCharacterCount
                autoComplete="off"
                {...(CARD_LIMITS[field] > 200 ? { multiline: 3 } : {})}
                {...(refused[field] === undefined ? {} : { error: t(`card.refused.${refused[field]}`) })}
              />
            ))}
          </BlockStack>
        </Card>
        {page.versions.length < 2 ? null : <Versions versions={page.versions} onBring={setDraft} />}
        <Box paddingInline={{ xs: '400', sm: '0' }}>
          <DownloadButton url={`${cardPath(page.key)}/pdf?locale=${f.locale}`} fileName={fileName(page.key)}>
            {t('card.download')}
          </DownloadButton>
        </Box>
      </BlockStack>
    </Page>
  )
}

function fileName(key: string): string {
  return `segment-card-${key.replace(':', '-')}.pdf`
}

function FactsCard({ page }: { page: CardPage }) {
  const { t, f } = useWords()
  const tooFew = tooFewText(t, f, page)
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('card.facts')}
        </Text>
        {tooFew === null ? (
          <Facts lines={factLines(t, f, page)} />
        ) : (
          <Text as="p" tone="subdued">
            {tooFew}
          </Text>
        )}
        <Text as="p" tone="subdued" variant="bodySm">
          {t('card.factsText', { needed: f.number(20) })}
        </Text>
      </BlockStack>
    </Card>
  )
}

/** Labels beside their values, one below the other. */
export function Facts({ lines }: { lines: { label: string; value: string }[] }) {
  return (
    <dl style={{ margin: 0, display: 'grid', gridTemplateColumns: 'minmax(110px, 200px) 1fr', gap: '8px 16px' }}>
      {lines.map(({ label, value }) => (
        <div key={label} style={{ display: 'contents' }}>
          <dt>
            <Text as="span" tone="subdued">
              {label}
            </Text>
          </dt>
          <dd style={{ margin: 0 }}>
            <Text as="span" fontWeight="medium">
              {value}
            </Text>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function ReviewCard({ page, isBusy, onReviewed }: { page: CardPage; isBusy: boolean; onReviewed: () => void }) {
  const { t, f } = useWords()
  const drift = driftText(t, f, page)
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <InlineStack gap="200" blockAlign="center">
            <Text as="h2" variant="headingMd">
              {page.review === null ? t('card.notReviewed') : t('card.reviewed', { date: f.date(page.review.at) })}
            </Text>
            {page.review?.isDue ? <Badge tone="attention">{t('card.due')}</Badge> : null}
          </InlineStack>
          <Button onClick={onReviewed} loading={isBusy}>
            {t('card.reviewedToday')}
          </Button>
        </InlineStack>
        <Text as="p">{drift ?? t('card.reviewText')}</Text>
        {drift === null ? null : (
          <Text as="p" tone="subdued" variant="bodySm">
            {t('card.driftRule')}
          </Text>
        )}
      </BlockStack>
    </Card>
  )
}

function Versions({ versions, onBring }: { versions: CardVersion[]; onBring: (words: CardWords) => void }) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('card.versions')}
        </Text>
        {versions.slice(1).map((each) => (
          <BlockStack key={each.version} gap="200">
            <Divider />
            <InlineStack align="space-between" blockAlign="center" gap="200">
              <Text as="p">
                {t('card.version', { date: f.dateTime(each.savedAt), name: each.name === '' ? '–' : each.name })}
              </Text>
              <Button
                onClick={() => {
                  const { name, story, pains, goals, channel } = each
                  onBring({ name, story, pains, goals, channel })
                }}
              >
                {t('card.bringBack')}
              </Button>
            </InlineStack>
          </BlockStack>
        ))}
      </BlockStack>
    </Card>
  )
}
