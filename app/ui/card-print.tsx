import { BlockStack, Button, InlineStack, Text } from '@shopify/polaris'
import { useNavigate } from '@remix-run/react'
import type { CardPage } from '#app/domain/segment-card.ts'
import { cardPath } from './card-fields.ts'
import { Facts } from './card-page.tsx'
import { cardSheet } from './card-text.ts'
import { useWords } from './i18n.tsx'

/** One A4 page: on paper without buttons and on white. */
const PAPER = `
@page { size: A4; margin: 16mm }
.card-sheet { max-width: 178mm; margin: 0 auto; padding: 24px 16px; background: #fff }
.card-sheet p { white-space: pre-line }
@media print {
  html, body { background: #fff !important }
  .card-buttons { display: none }
  .card-sheet { padding: 0; max-width: none }
  .card-sheet section, .card-sheet dl { break-inside: avoid }
}`

/** The card as it is printed. */
export function CardPrintScreen({ page }: { page: CardPage }) {
  const { t, f } = useWords()
  const navigate = useNavigate()
  const sheet = cardSheet(t, f, page)
  return (
    <div className="card-sheet" lang={sheet.language}>
      <style>{PAPER}</style>
      <BlockStack gap="400">
        <div className="card-buttons">
          <InlineStack gap="200">
            <Button variant="primary" onClick={() => window.print()}>
              {t('card.printNow')}
            </Button>
            <Button onClick={() => navigate(cardPath(page.key))}>{t('card.back')}</Button>
          </InlineStack>
        </div>
        <BlockStack gap="100">
          <Text as="h1" variant="headingXl">
            {sheet.title}
          </Text>
          <Text as="p" tone="subdued">
            {sheet.subtitle}
          </Text>
        </BlockStack>
        <Facts lines={sheet.facts} />
        {sheet.sections.map(({ title, text }) => (
          <section key={title}>
            <Text as="h2" variant="headingMd">
              {title}
            </Text>
            <Text as="p">{text}</Text>
          </section>
        ))}
        <Text as="p" tone="subdued" variant="bodySm">
          {sheet.foot}
        </Text>
      </BlockStack>
    </div>
  )
}
