import {
  Badge,
  BlockStack,
  Box,
  Button,
  ButtonGroup,
  Card,
  Divider,
  InlineStack,
  Text,
  TextField,
} from '@shopify/polaris'
import { useEffect, useState } from 'react'
import type { PickProduct } from '#app/domain/recommendations/pages.ts'
import { useWords } from './i18n.tsx'
import type { RecommendationsProps } from './recommendations-page.tsx'

const SEARCH_AFTER_MS = 400

/** What the merchant has pinned and kept out, and products to do it with. */
export function RecommendationChoices({ page, search, isBusy, isFull, onSearch, onChoose }: RecommendationsProps) {
  const { t } = useWords()
  const [typed, setTyped] = useState(search)
  useEffect(() => {
    if (typed === search) return
    const timer = setTimeout(() => onSearch(typed), SEARCH_AFTER_MS)
    return () => clearTimeout(timer)
  }, [typed, search, onSearch])
  const chosen = new Map<string, 'pin' | 'exclude'>([
    ...page.pinned.map(({ id }) => [id, 'pin'] as const),
    ...page.excluded.map(({ id }) => [id, 'exclude'] as const),
  ])
  const rows = [...page.pinned, ...page.excluded, ...page.offered.filter(({ id }) => !chosen.has(id))]
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('recommendations.choices.title')}
        </Text>
        <Text as="p" tone="subdued">
          {t('recommendations.choices.text')}
        </Text>
        {isFull ? (
          <Text as="p" tone="critical">
            {t('recommendations.choices.full')}
          </Text>
        ) : null}
        <TextField
          label={t('recommendations.choices.search')}
          value={typed}
          onChange={setTyped}
          autoComplete="off"
          maxLength={100}
          clearButton
          onClearButtonClick={() => setTyped('')}
        />
        <BlockStack>
          {rows.length === 0 ? <Text as="p">{t('recommendations.choices.none')}</Text> : null}
          {rows.map((product, place) => (
            <BlockStack key={product.id}>
              {place === 0 ? null : <Divider />}
              <Box paddingBlock="200">
                <Row product={product} kind={chosen.get(product.id) ?? null} isBusy={isBusy} onChoose={onChoose} />
              </Box>
            </BlockStack>
          ))}
        </BlockStack>
      </BlockStack>
    </Card>
  )
}

type RowProps = Pick<RecommendationsProps, 'isBusy' | 'onChoose'> & {
  product: PickProduct
  kind: 'pin' | 'exclude' | null
}

function Row({ product: { id, title, isOnSale }, kind, isBusy, onChoose }: RowProps) {
  const { t } = useWords()
  const action = (to: 'pin' | 'exclude' | 'free') => (
    <Button
      size="slim"
      disabled={isBusy}
      onClick={() => onChoose(id, to)}
      accessibilityLabel={t('recommendations.choices.of', { action: t(`recommendations.choices.${to}`), title })}
    >
      {t(`recommendations.choices.${to}`)}
    </Button>
  )
  return (
    <InlineStack align="space-between" blockAlign="center" gap="200">
      <InlineStack gap="200" blockAlign="center">
        <Text as="span">{title}</Text>
        {kind === null ? null : (
          <Badge tone={kind === 'pin' ? 'info' : 'warning'}>{t(`recommendations.choices.is.${kind}`)}</Badge>
        )}
        {isOnSale ? null : <Badge>{t('recommendations.choices.notOnSale')}</Badge>}
      </InlineStack>
      <ButtonGroup>
        {kind === 'pin' ? action('free') : action('pin')}
        {kind === 'exclude' ? action('free') : action('exclude')}
      </ButtonGroup>
    </InlineStack>
  )
}
