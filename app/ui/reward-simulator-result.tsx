import { Badge, Banner, BlockStack, Box, Card, Divider, InlineStack, Link, List, Text } from '@shopify/polaris'
import type { ReactNode } from 'react'
import type { Doubt } from '#app/domain/rewards/checkout.ts'
import type { Refusal } from '#app/domain/rewards/checkout-rules.ts'
import type { NotSimulated, SimulationResult, SimulatorPage } from '#app/domain/rewards/simulation.ts'
import { useWords } from './i18n.tsx'

type Words = ReturnType<typeof useWords>
/** More names in one line nobody reads. */
const NAMED_MOST = 5

type Named = SimulationResult['names']

/** Which discounts apply, why the others do not, and what is left to pay. */
export function SimulatorResult({ page, result }: { page: SimulatorPage; result: SimulationResult }) {
  const words = useWords()
  const { t, f } = words
  const { answer, names, notSimulated } = result
  const money = (minor: number) => f.money({ minor, currency: page.currency })
  const nameOf = (id: string) => names[id]!.title
  const isNew = page.question.who === 'new'
  const isAllRead = page.read.kind === 'all'
  const byWhy = new Map<NotSimulated['why'], string[]>()
  for (const { title, why } of notSimulated) byWhy.set(why, [...(byWhy.get(why) ?? []), title])
  return (
    <BlockStack gap="400">
      <Card>
        <BlockStack gap="300">
          <Text as="h2" variant="headingMd">
            {answer.applied.length === 0
              ? t('simulator.none')
              : t('simulator.applies', { count: answer.applied.length, n: f.number(answer.applied.length) })}
          </Text>
          {answer.applied.map(({ id, code, minor }) => (
            <Row key={`${id} ${code}`} left={<Named name={names[id]!} code={code} />} right={`−${money(minor)}`} />
          ))}
          <Divider />
          <Row left={t('simulator.sum.goods')} right={money(answer.goodsMinor - answer.goodsOffMinor)} />
          <Row left={t('simulator.sum.shipping')} right={money(answer.shippingMinor - answer.shippingOffMinor)} />
          <Row
            left={
              <Text as="span" fontWeight="semibold">
                {t('simulator.sum.total')}
              </Text>
            }
            right={money(answer.totalMinor)}
          />
          <Text as="p" tone="subdued">
            {t('simulator.sum.taxes')}
          </Text>
        </BlockStack>
      </Card>
      {answer.doubts.length === 0 ? null : (
        <Banner tone="warning" title={t('simulator.doubts')}>
          <List>
            {answer.doubts.map((doubt, place) => (
              <List.Item key={place}>{doubtText(words, doubt, nameOf)}</List.Item>
            ))}
          </List>
        </Banner>
      )}
      {answer.refused.length === 0 ? null : (
        <Card>
          <BlockStack gap="300">
            <Text as="h2" variant="headingMd">
              {t('simulator.others')}
            </Text>
            {answer.refused.map(({ id, code, refusal }, place) => (
              <BlockStack key={place} gap="050" inlineAlign="start">
                {id === null ? <Badge>{code ?? ''}</Badge> : <Named name={names[id]!} code={code} />}
                <Text as="p">{whyText(words, refusal, { money, nameOf, isNew, isAllRead })}</Text>
              </BlockStack>
            ))}
          </BlockStack>
        </Card>
      )}
      {notSimulated.length === 0 ? null : (
        <Card>
          <BlockStack gap="200">
            <Text as="h2" variant="headingMd">
              {t('simulator.not.title')}
            </Text>
            <List>
              {[...byWhy].map(([why, titles]) => (
                <List.Item key={why}>{t(`simulator.not.${why}`, { title: someOf(words, titles) })}</List.Item>
              ))}
            </List>
          </BlockStack>
        </Card>
      )}
    </BlockStack>
  )
}

/** "A, B, C and 24 more" */
function someOf({ t, f }: Words, titles: string[]): string {
  const shown = f.list(titles.slice(0, NAMED_MOST))
  const more = titles.length - NAMED_MOST
  return more <= 0 ? shown : t('simulator.not.more', { titles: shown, n: f.number(more) })
}

function Row({ left, right }: { left: ReactNode; right: string }) {
  return (
    <InlineStack align="space-between" gap="400" wrap={false}>
      <Box>{left}</Box>
      <Text as="span" alignment="end">
        {right}
      </Text>
    </InlineStack>
  )
}

function Named({ name, code }: { name: Named[string]; code: string | null }) {
  return (
    <InlineStack gap="200" blockAlign="center">
      {name.reward === null ? (
        <Text as="span">{name.title}</Text>
      ) : (
        <Link url={`/app/rewards/${name.reward}`}>{name.title}</Link>
      )}
      {code === null || code === name.title ? null : <Badge>{code}</Badge>}
    </InlineStack>
  )
}

type Telling = { money: (minor: number) => string; nameOf: (id: string) => string; isNew: boolean; isAllRead: boolean }

/** Why a discount does not apply, in one sentence with its numbers. */
function whyText(words: Words, refusal: Refusal, telling: Telling): string {
  const { t, f } = words
  const { money, nameOf, isNew, isAllRead } = telling
  const names = (ids: readonly string[]) => [...new Set(ids.map(nameOf))].join(', ')
  switch (refusal.kind) {
    case 'not-started':
      return t('simulator.why.not-started', { date: f.dateTime(refusal.startsAt) })
    case 'ended':
      return t('simulator.why.ended', { date: f.dateTime(refusal.endsAt) })
    case 'used-up':
      return t('simulator.why.used-up', { limit: f.number(refusal.limit) })
    case 'not-for-customer':
      return t(`simulator.why.${refusal.buyers === 'customers' ? 'customers' : isNew ? 'segmentNew' : 'segment'}`)
    case 'has-ordered':
      return t('simulator.why.has-ordered', { count: refusal.orders, n: f.number(refusal.orders) })
    case 'shipping-dear':
      return t('simulator.why.shipping-dear', {
        most: money(refusal.dearestMinor),
        shipping: money(refusal.shippingMinor),
      })
    case 'minimum-subtotal':
      return t('simulator.why.minimum-subtotal', {
        minimum: money(refusal.minimumMinor),
        basket: money(refusal.basketMinor),
        short: money(refusal.shortMinor),
      })
    case 'minimum-quantity':
      return t('simulator.why.minimum-quantity', {
        minimum: f.number(refusal.minimum),
        quantity: f.number(refusal.quantity),
        short: f.number(refusal.short),
      })
    case 'too-many':
      return t('simulator.why.too-many', { most: f.number(refusal.most) })
    case 'not-combined':
    case 'gives-less':
    case 'undoes':
      return t(`simulator.why.${refusal.kind}`, {
        names: names(refusal.with),
        theirs: money(refusal.theirsMinor),
        own: money(refusal.ownMinor),
      })
    case 'not-entered':
    case 'draft':
      return refusal.alone === null
        ? t(`simulator.why.${refusal.kind}`, { would: money(refusal.wouldMinor) })
        : `${t(`simulator.why.${refusal.kind}Alone`)} ${whyText(words, refusal.alone, telling)}`
    case 'unknown-code':
      return t(`simulator.why.${isAllRead ? 'unknown-code' : 'unknown-codeUnread'}`)
    case 'not-signed-in':
    case 'used-before':
    case 'no-items':
      return t(`simulator.why.${refusal.kind}`)
  }
}

function doubtText({ t }: Words, doubt: Doubt, nameOf: (id: string) => string): string {
  return t(`simulator.doubt.${doubt.kind}`, 'id' in doubt ? { name: nameOf(doubt.id) } : {})
}
