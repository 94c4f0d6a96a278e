import { BlockStack, Button, ButtonGroup, Card, Link, List, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import type { PickPreview, RecommendationsPage } from '#app/domain/recommendations/pages.ts'
import { useWords } from './i18n.tsx'
import { useCustomerTitles } from './names.tsx'

type Props = { page: RecommendationsPage; onCustomer: (customer: string) => void }

/** What one customer is shown, and why each of it. */
export function RecommendationPreview({ page: { examples, preview }, onCustomer }: Props) {
  const { t } = useWords()
  const [typed, setTyped] = useState('')
  const isNumber = /^\d{1,19}$/.test(typed.trim())
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('recommendations.preview.title')}
        </Text>
        {examples.length === 0 ? (
          <Text as="p" tone="subdued">
            {t('recommendations.preview.nobody')}
          </Text>
        ) : (
          <ButtonGroup>
            {examples.map(({ customer, lead }) => (
              <Button key={lead} onClick={() => onCustomer(customer)} pressed={preview?.customer === customer}>
                {t(`recommendations.lead.${lead}`)}
              </Button>
            ))}
          </ButtonGroup>
        )}
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (isNumber) onCustomer(typed.trim())
          }}
        >
          <div style={{ maxWidth: 400 }}>
            <TextField
              label={t('simulator.field.customer')}
              helpText={t('simulator.help.customer')}
              value={typed}
              onChange={setTyped}
              autoComplete="off"
              inputMode="numeric"
              connectedRight={
                <Button submit disabled={!isNumber}>
                  {t('recommendations.preview.look')}
                </Button>
              }
            />
          </div>
        </form>
        {preview === null ? null : <Preview preview={preview} />}
      </BlockStack>
    </Card>
  )
}

function Preview({ preview: { customer, lead, picks, bought } }: { preview: PickPreview }) {
  const { t } = useWords()
  const titleOf = useCustomerTitles('customer', [customer])
  return (
    <BlockStack gap="200">
      <Text as="h3" fontWeight="semibold">
        <Link url={`/app/customers/${customer}`}>{titleOf(customer)}</Link>
      </Text>
      <Text as="p" tone="subdued">
        {bought.length === 0
          ? t('recommendations.preview.boughtNothing')
          : t('recommendations.preview.bought', { titles: [...new Set(bought)].join(', ') })}
      </Text>
      {lead === null ? (
        <Text as="p">{t('recommendations.preview.asGuest')}</Text>
      ) : (
        <List type="number">
          {picks.map(({ id, title, why, isOnSale }) => (
            <List.Item key={id}>
              {title} <Text as="span" tone="subdued">{`(${t(`recommendations.why.${why}`)})`}</Text>
              {isOnSale ? null : (
                <Text as="span" tone="caution">
                  {' '}
                  {t('recommendations.choices.notOnSale')}
                </Text>
              )}
            </List.Item>
          ))}
        </List>
      )}
    </BlockStack>
  )
}
