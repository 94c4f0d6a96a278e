import type { ReactNode } from 'react'
import { Badge, BlockStack, Box, Divider, InlineStack, Link, Text } from '@shopify/polaris'
import type { OwnExample, OwnPreview, RuleTrouble } from '#app/domain/own-pages.ts'
import { CountCard } from './count-card.tsx'
import { useWords } from './i18n.tsx'
import { useCustomerTitles } from './names.tsx'
import { troubleText, verdictText, type OwnWords } from './own-text.ts'
import { UnreadText } from './own-unread.tsx'

type Props = {
  preview: OwnPreview | null
  isBusy: boolean
  hasFailed: boolean
  isComplete: boolean
  /** There is a saved version to enter and leave. */
  isSaved: boolean
  words: OwnWords
  /** What can be said with saving, once the figures are there. */
  children?: ReactNode
}

/** What the rule would hold if it were saved now. Nothing has changed yet. */
export function OwnPreviewCard({ preview, isBusy, hasFailed, isComplete, isSaved, words, children }: Props) {
  const { t } = useWords()
  const obstacle = isComplete ? null : (
    <Text as="p" tone="subdued">
      {t('own.incomplete')}
    </Text>
  )
  return (
    <CountCard title={t('own.preview')} {...{ preview, isBusy, hasFailed, obstacle }}>
      {({ troubles, unread, figures, examples }) => (
        <>
          <UnreadText unread={unread} />
          {troubles.map((trouble) => (
            <Trouble key={trouble.kind} trouble={trouble} words={words} />
          ))}
          {figures === null ? null : <Figures figures={figures} isSaved={isSaved} />}
          {children}
          {examples === null || examples.length === 0 ? null : (
            <Examples examples={examples} isSaved={isSaved} words={words} />
          )}
        </>
      )}
    </CountCard>
  )
}

function Trouble({ trouble, words }: { trouble: RuleTrouble; words: OwnWords }) {
  const { t, f } = useWords()
  return (
    <Text as="p" tone={trouble.blocks ? 'critical' : 'caution'}>
      {troubleText(t, f, trouble, words)}
    </Text>
  )
}

function Figures({ figures, isSaved }: { figures: NonNullable<OwnPreview['figures']>; isSaved: boolean }) {
  const { t, f } = useWords()
  const { customers, plusMinus } = figures.members
  const count = t('count.customersShare', { count: customers, n: f.number(customers), share: f.percent(figures.share) })
  return (
    <BlockStack gap="100">
      <Text as="p" variant="headingLg">
        {plusMinus === 0 ? count : t('own.about95', { count, plusMinus: f.number(plusMinus) })}
      </Text>
      <Text as="p">
        {[
          t('own.reachable', { count: figures.reachable, n: f.number(figures.reachable) }),
          ...(figures.revenue12m === null ? [] : [t('segment.revenue', { money: f.moneyShort(figures.revenue12m) })]),
        ].join(' · ')}
      </Text>
      {isSaved ? (
        <Text as="p">
          {t('preview.enters', { count: figures.enters, n: f.number(figures.enters) })}
          {' · '}
          {t('preview.leaves', { count: figures.leaves, n: f.number(figures.leaves) })}
        </Text>
      ) : null}
    </BlockStack>
  )
}

type ExamplesProps = { examples: OwnExample[]; isSaved: boolean; words: OwnWords }

function Examples({ examples, isSaved, words }: ExamplesProps) {
  const { t, f } = useWords()
  const titleOf = useCustomerTitles(
    'list',
    examples.map((example) => example.customer),
  )
  return (
    <BlockStack>
      <Text as="h3" variant="headingSm">
        {t('own.examples', { n: f.number(examples.length) })}
      </Text>
      {examples.map((example, place) => (
        <BlockStack key={example.customer}>
          {place === 0 ? null : <Divider />}
          <Box paddingBlock="300">
            <BlockStack gap="100">
              <InlineStack gap="200" align="space-between">
                <Link url={`/app/customers/${example.customer}`}>{titleOf(example.customer)}</Link>
                {isSaved && example.move !== 'stays' ? (
                  <Badge tone={example.move === 'enters' ? 'info' : 'attention'}>{t(`own.move.${example.move}`)}</Badge>
                ) : null}
              </InlineStack>
              <Text as="p">
                {[
                  t('count.ordersShort', { count: example.orders, n: f.number(example.orders) }),
                  ...(example.spent === null ? [] : [f.money(example.spent)]),
                ].join(' · ')}
              </Text>
              <Text as="p" tone="subdued">
                {verdictText(t, f, example.verdict, words)}
              </Text>
            </BlockStack>
          </Box>
        </BlockStack>
      ))}
    </BlockStack>
  )
}
