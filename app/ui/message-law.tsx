import { Badge, BlockStack, Button, Card, InlineStack, Text, TextField } from '@shopify/polaris'
import type { ReactNode } from 'react'
import { AD_MARK, confirmBy, messageLaw, withAdMark } from '#app/domain/messages/law.ts'
import { consentFor, type ConsentsDue, type MessagePage } from '#app/domain/messages/message.ts'
import { useBrowserNow, useWords } from './i18n.tsx'
import type { MessageDraft, MessageFieldProps } from './message-fields.ts'

type Props = {
  page: MessagePage
  draft: MessageDraft
  setDraft: (draft: MessageDraft) => void
  date: MessageFieldProps
}

/** What Korean law asks of this message, with what can be put right at once; nothing where nothing says it goes to Korea. */
export function MessageLaw({ page, draft, setDraft, date }: Props) {
  const { t, f } = useWords()
  const law = messageLaw(draft, page.channel, page.shop)
  if (law === null) return null
  const names = (fields: readonly ('subjectEn' | 'subjectKo' | 'textEn' | 'textKo')[]) =>
    f.list(fields.map((field) => t(`messages.field.${field}`)))
  return (
    <Card>
      <BlockStack gap="300">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {t('messages.law.title')}
          </Text>
          <Text as="p" tone="subdued">
            {t(`messages.law.reason.${law.reason}`)}
          </Text>
        </BlockStack>
        {law.unmarked.length === 0 ? (
          <Point tone="success" badge={t('messages.law.fine')}>
            {t('messages.law.marked', { mark: AD_MARK })}
          </Point>
        ) : (
          <Point tone="critical" badge={t('messages.law.missing')}>
            {t('messages.law.unmarked', { mark: AD_MARK, fields: names(law.unmarked) })}{' '}
            <Button
              variant="plain"
              onClick={() =>
                setDraft({
                  ...draft,
                  ...Object.fromEntries(law.unmarked.map((field) => [field, withAdMark(draft[field])])),
                })
              }
            >
              {t('messages.law.mark', { mark: AD_MARK })}
            </Button>
          </Point>
        )}
        {law.noOptOut.length === 0 ? null : (
          <Point tone="attention" badge={t('messages.law.look')}>
            {t('messages.law.optOut', { fields: names(law.noOptOut) })}
          </Point>
        )}
        {law.hasNight ? (
          <Point tone="attention" badge={t('messages.law.look')}>
            {t('messages.law.night')}
          </Point>
        ) : (
          <Text as="p">{t('messages.law.noNight')}</Text>
        )}
        <TwoYears due={page.due[consentFor(page.channel)]} confirmedOn={draft.confirmedOn} />
        <div style={{ maxWidth: 280 }}>
          <TextField
            type="date"
            label={t('messages.field.confirmedOn')}
            helpText={t('messages.help.confirmedOn')}
            {...date}
          />
        </div>
        <Text as="p" tone="subdued">
          {t('messages.law.noAdvice')}
        </Text>
      </BlockStack>
    </Card>
  )
}

const SOON_MS = 60 * 86_400_000

/** Consents that have to be confirmed; where the merchant names a day on which all of them were, what was agreed since counts. */
function TwoYears({ due, confirmedOn }: { due: ConsentsDue; confirmedOn: string }) {
  const { t, f } = useWords()
  const now = useBrowserNow()
  const by = /^\d{4}-\d\d-\d\d$/.test(confirmedOn) ? confirmBy(confirmedOn) : null
  const leftMs = by === null || now === null ? null : Date.parse(`${by}T00:00:00Z`) - now
  if (by !== null && leftMs !== null && leftMs > 0)
    return (
      <Point
        tone={leftMs < SOON_MS ? 'attention' : 'success'}
        badge={t(leftMs < SOON_MS ? 'messages.law.look' : 'messages.law.fine')}
      >
        {t('messages.law.twoYears')} {t('messages.law.confirmBy', { date: f.day(by) })}
      </Point>
    )
  const counts = (['now', 'soon', 'unknown'] as const).filter((which) => due[which] > 0)
  return (
    <Point
      tone={counts.length === 0 ? 'success' : 'attention'}
      badge={t(counts.length === 0 ? 'messages.law.fine' : 'messages.law.look')}
    >
      {[
        t('messages.law.twoYears'),
        ...(by === null || leftMs === null ? [] : [t('messages.law.confirmNow', { date: f.day(by) })]),
        ...(counts.length === 0 ? [t('messages.law.due.none')] : []),
        ...counts.map((which) => t(`messages.law.due.${which}`, { count: due[which], n: f.number(due[which]) })),
      ].join(' ')}
    </Point>
  )
}

function Point({
  tone,
  badge,
  children,
}: {
  tone: 'success' | 'attention' | 'critical'
  badge: string
  children: ReactNode
}) {
  return (
    <BlockStack gap="100">
      <InlineStack>
        <Badge tone={tone}>{badge}</Badge>
      </InlineStack>
      <Text as="p">{children}</Text>
    </BlockStack>
  )
}
