import { Badge, BlockStack, Button, Card, InlineStack, Link, Spinner, Text } from '@shopify/polaris'
import type { ShopifySegmentRow, ShopifySegments } from '#app/domain/pages.ts'
import { AskedTwice } from './asked-twice.tsx'
import { useWords } from './i18n.tsx'
import { ProblemBanner } from './problem.tsx'

const TONES = { there: 'success', waiting: undefined, refused: 'critical' } as const

type Props = {
  segments: ShopifySegments
  taggingOn: boolean
  isSaving: boolean
  onSwitch: (isOn: boolean) => void
}

/** Our segments as customer segments of Shopify: each with its state there, and a way to it. */
export function SegmentSettings({ segments, taggingOn, isSaving, onSwitch }: Props) {
  const { t, f } = useWords()
  const { isOn, isUnderWay, rows } = segments
  const refused = rows.find((row) => row.problem !== null)?.problem ?? null
  const left = rows.filter((row) => row.url !== null)
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="p">
          {isOn
            ? t('shopifySegments.on')
            : left.length === 0
              ? t('shopifySegments.off')
              : t('shopifySegments.left', { count: left.length, n: f.number(left.length) })}
        </Text>
        {taggingOn ? null : <Text as="p">{t('shopifySegments.untagged')}</Text>}
        {isUnderWay ? (
          <InlineStack gap="200" blockAlign="center">
            <Spinner size="small" accessibilityLabel={t('shopifySegments.busy')} />
            <Text as="span">{t('shopifySegments.busy')}</Text>
          </InlineStack>
        ) : null}
        {refused === null ? null : (
          <ProblemBanner problem={refused}>
            <Text as="p">{t('shopifySegments.refused')}</Text>
          </ProblemBanner>
        )}
        {(isOn ? rows : left).map((row) => (
          <SegmentLine key={row.segment} row={row} />
        ))}
        {(!isOn && left.length === 0) || refused !== null ? (
          <div>
            <Button onClick={() => onSwitch(isOn || left.length === 0)} disabled={isSaving || isUnderWay}>
              {refused === null ? t('shopifySegments.create') : t('shopifySegments.retry')}
            </Button>
          </div>
        ) : null}
        {isOn ? (
          <AskedTwice
            ask={t('shopifySegments.remove')}
            sure={t('shopifySegments.sure')}
            yes={t('shopifySegments.removeYes')}
            isBusy={isSaving}
            onYes={() => onSwitch(false)}
          />
        ) : null}
      </BlockStack>
    </Card>
  )
}

function SegmentLine({ row }: { row: ShopifySegmentRow }) {
  const { t } = useWords()
  return (
    <InlineStack gap="200" align="space-between" blockAlign="center">
      <InlineStack gap="200" blockAlign="center">
        <Text as="span">{row.name}</Text>
        <Badge tone={TONES[row.state]}>{t(`shopifySegments.state.${row.state}`)}</Badge>
      </InlineStack>
      {row.url === null ? null : (
        <Link url={row.url} target="_top" accessibilityLabel={t('shopifySegments.openOne', { name: row.name })}>
          {t('shopifySegments.open')}
        </Link>
      )}
    </InlineStack>
  )
}
