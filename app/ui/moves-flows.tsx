import { BlockStack, Card, DataTable, Link, Text } from '@shopify/polaris'
import type { MovedCustomers, SegmentFlow } from '#app/domain/moves.ts'
import type { Formats } from './formats.ts'
import { useWords } from './i18n.tsx'

/** Segments that may overlap with stages and each other: who came into each, and who left it. */
export function FlowsCard({ flows }: { flows: SegmentFlow[] }) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="300">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {t('flows.title')}
          </Text>
          <Text as="p" tone="subdued">
            {t('flows.text')}
          </Text>
        </BlockStack>
        <DataTable
          columnContentTypes={['text', 'numeric', 'numeric', 'numeric']}
          headings={[t('flows.segment'), t('flows.entered'), t('flows.left'), t('flows.net')]}
          rows={flows.map(({ own, entered, left, knownFrom }) => [
            <BlockStack key="segment">
              <Link url={own === null ? '/app/segments/cherry-picker' : `/app/segments/own/${own.id}`}>
                {own === null ? t('stage.cherry-picker') : own.name}
              </Link>
              {knownFrom === null ? null : (
                <Text as="span" variant="bodySm" tone="subdued">
                  {t('flows.since', { date: f.date(knownFrom) })}
                </Text>
              )}
            </BlockStack>,
            <Moved key="entered" moved={entered} />,
            <Moved key="left" moved={left} />,
            netText(f, entered.customers - left.customers),
          ])}
        />
      </BlockStack>
    </Card>
  )
}

function Moved({ moved: { customers, plusMinus, money12m } }: { moved: MovedCustomers }) {
  const { t, f } = useWords()
  return (
    <BlockStack>
      <Text as="span">
        {f.number(customers)}
        {plusMinus === 0 ? null : ` ${t('movesPage.plusMinus', { n: f.number(plusMinus) })}`}
      </Text>
      {customers === 0 || money12m === null ? null : (
        <Text as="span" variant="bodySm" tone="subdued">
          {f.moneyShort(money12m)}
        </Text>
      )}
    </BlockStack>
  )
}

function netText(f: Formats, net: number): string {
  return net > 0 ? `+${f.number(net)}` : f.number(net)
}
