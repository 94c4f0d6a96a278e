import { BlockStack, Box, Button, Card, Divider, InlineStack, Link, Select, Spinner, Text } from '@shopify/polaris'
import type { RehearsedExample, Rehearsal } from '#app/domain/rehearsal.ts'
import { PAST_MONTHS } from '#app/domain/rules/past.ts'
import { useWords } from './i18n.tsx'
import { conditionText, verdictText, type OwnWords } from './own-text.ts'
import { reasonText } from './reason.ts'
import { RehearsalChart, RehearsalTable } from './rehearsal-figures.tsx'
import type { RehearsingProps } from './rehearsing.ts'

type Past = Extract<Rehearsal, { kind: 'past' }>

type Props = RehearsingProps & {
  /** The question as the page has it now; null: it cannot be asked yet. */
  query: string | null
  words: OwnWords
}

/** Whom a rule would have held over the past 2 years, and what they then did. Asked for by a button: nothing is saved. */
export function RehearsalCard({ rehearsing, query, words, onTry, onMonth }: Props) {
  const { t } = useWords()
  const { rehearsal, isBusy, hasFailed } = rehearsing
  const isOfAnother = rehearsal !== null && query !== rehearsing.of
  return (
    <Card>
      <div aria-live="polite">
        <BlockStack gap="400">
          <BlockStack gap="200">
            <InlineStack gap="200" blockAlign="center">
              <Text as="h2" variant="headingMd">
                {t('rehearsal.title')}
              </Text>
              {isBusy ? <Spinner size="small" accessibilityLabel={t('rehearsal.busy')} /> : null}
            </InlineStack>
            <Text as="p" tone="subdued">
              {t('rehearsal.text')}
            </Text>
          </BlockStack>
          {hasFailed ? (
            <Text as="p" tone="critical">
              {t('rehearsal.failed')}
            </Text>
          ) : null}
          {isOfAnother ? (
            <Text as="p" tone="caution">
              {t('rehearsal.changed')}
            </Text>
          ) : null}
          {rehearsal !== null && !isOfAnother && !hasFailed ? null : (
            <div>
              <Button onClick={() => query !== null && onTry(query)} disabled={query === null} loading={isBusy}>
                {t('rehearsal.try')}
              </Button>
            </div>
          )}
          {rehearsal === null ? null : rehearsal.kind === 'past' ? (
            <Told past={rehearsal} words={words} waitsFor={rehearsing.waitsFor} onMonth={onMonth} />
          ) : (
            <Text as="p">{t(`rehearsal.none.${rehearsal.kind}`)}</Text>
          )}
        </BlockStack>
      </div>
    </Card>
  )
}

type ToldProps = { past: Past; words: OwnWords; waitsFor: string | null; onMonth: (month: string) => void }

function Told({ past, words, waitsFor, onMonth }: ToldProps) {
  const { t, f } = useWords()
  const whole = past.months.filter((month) => !month.isNow)
  const starting = whole.filter((month) => month.isStarting)
  return (
    <BlockStack gap="400">
      <Meaning past={past} />
      {whole.length >= PAST_MONTHS ? null : (
        <Text as="p">{t('rehearsal.goesBack', { count: whole.length, n: f.number(whole.length) })}</Text>
      )}
      <RehearsalChart months={past.months} />
      <BlockStack gap="100">
        {past.sampled === null ? null : (
          <Text as="p" tone="subdued" variant="bodySm">
            {t('rehearsal.sampled', { n: f.number(past.sampled) })}
          </Text>
        )}
        {past.today.length === 0 ? null : (
          <Text as="p" tone="caution" variant="bodySm">
            {t('rehearsal.today', {
              conditions: past.today.map((each) => `“${conditionText(t, f, each, words)}”`).join(', '),
            })}
          </Text>
        )}
        {starting.length === 0 ? null : (
          <Text as="p" tone="subdued" variant="bodySm">
            {t('rehearsal.starting', { month: f.month(starting.at(-1)!.month) })}
          </Text>
        )}
      </BlockStack>
      <RehearsalTable past={past} />
      {past.examples === null ? null : <Examples past={past} words={words} waitsFor={waitsFor} onMonth={onMonth} />}
    </BlockStack>
  )
}

/** All months whose days after have passed, taken together. */
function Meaning({ past }: { past: Past }) {
  const { t, f } = useWords()
  const over = past.months.flatMap(({ after }) => after ?? [])
  const sum = (side: 'members' | 'rest', what: 'people' | 'ordered') =>
    over.reduce((total, after) => total + after[side][what], 0)
  const share = (side: 'members' | 'rest') => f.percent(sum(side, 'ordered') / sum(side, 'people'))
  const days = { count: past.afterDays, days: f.number(past.afterDays) }
  if (over.length === 0) return <Text as="p">{t('rehearsal.notOver', days)}</Text>
  if (sum('members', 'people') === 0) return <Text as="p">{t('rehearsal.nobody')}</Text>
  if (sum('rest', 'people') === 0) return <Text as="p">{t('rehearsal.noRest')}</Text>
  return (
    <BlockStack gap="100">
      <Text as="p" variant="bodyLg">
        {t('rehearsal.meaning', { ...days, members: share('members'), rest: share('rest') })}
      </Text>
      <Text as="p" tone="subdued">
        {t('rehearsal.noEffect', { count: over.length, n: f.number(over.length) })}
      </Text>
    </BlockStack>
  )
}

function Examples({ past, words, waitsFor, onMonth }: ToldProps) {
  const { t, f } = useWords()
  const { month, customers, isOver } = past.examples!
  return (
    <BlockStack gap="200">
      <InlineStack gap="300" blockAlign="end">
        <Select
          label={t('rehearsal.month')}
          value={waitsFor ?? month}
          options={past.months
            .map((each) => ({ value: each.month, label: each.isNow ? t('rehearsal.now') : f.month(each.month) }))
            .reverse()}
          onChange={onMonth}
        />
        {waitsFor === null ? null : <Spinner size="small" accessibilityLabel={t('rehearsal.busy')} />}
      </InlineStack>
      <Text as="h3" variant="headingSm">
        {customers.length === 0
          ? t('rehearsal.noExamples')
          : t('rehearsal.examples', { count: customers.length, n: f.number(customers.length) })}
      </Text>
      {customers.map((example, place) => (
        <BlockStack key={example.customer}>
          {place === 0 ? null : <Divider />}
          <Box paddingBlock="300">
            <Example example={example} isOver={isOver} afterDays={past.afterDays} words={words} />
          </Box>
        </BlockStack>
      ))}
    </BlockStack>
  )
}

type ExampleProps = { example: RehearsedExample; isOver: boolean; afterDays: number; words: OwnWords }

function Example({ example, isOver, afterDays, words }: ExampleProps) {
  const { t, f } = useWords()
  const { orders, spent, orderedAfterDays } = example
  const then =
    orderedAfterDays !== null
      ? t('rehearsal.ordered', { count: orderedAfterDays, days: f.number(orderedAfterDays) })
      : t(isOver ? 'rehearsal.notOrdered' : 'rehearsal.notYet', { count: afterDays, days: f.number(afterDays) })
  return (
    <BlockStack gap="100">
      <InlineStack gap="200" align="space-between">
        <Link url={`/app/customers/${example.customer}`}>{t('customer.title', { id: example.customer })}</Link>
        <Text as="span" tone={orderedAfterDays === null ? 'subdued' : 'success'}>
          {then}
        </Text>
      </InlineStack>
      <Text as="p">{[t('count.ordersShort', { count: orders, n: f.number(orders) }), f.money(spent)].join(' · ')}</Text>
      <Text as="p" tone="subdued">
        {example.reason === null
          ? verdictText(t, f, { ...example.verdict, changes: [] }, words)
          : reasonText(t, f, example.reason)}
      </Text>
    </BlockStack>
  )
}
