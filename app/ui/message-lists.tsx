import { BlockStack, Button, Card, Divider, InlineStack, Text, TextField } from '@shopify/polaris'
import { CAP_MOST, messageAddress, type MessageList, type MessagePage } from '#app/domain/messages/message.ts'
import { DownloadButton } from './download-button.tsx'
import { useWords } from './i18n.tsx'
import type { MessageFieldProps, MessageIntent } from './message-fields.ts'

type Props = {
  page: MessagePage
  isBusy: boolean
  isDirty: boolean
  cap: { messages: MessageFieldProps; days: MessageFieldProps }
  onAct: (intent: MessageIntent) => void
}

/** The fatigue cap, and the lists that count for it. */
export function MessageLists({ page, isBusy, isDirty, cap, onAct }: Props) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {t('messages.lists.title')}
          </Text>
          <Text as="p" tone="subdued">
            {t('messages.lists.text')}
          </Text>
        </BlockStack>
        <InlineStack gap="300" blockAlign="start">
          <div style={{ maxWidth: 160 }}>
            <TextField
              type="number"
              min={1}
              max={CAP_MOST.messages}
              label={t('messages.field.capMessages')}
              {...cap.messages}
            />
          </div>
          <div style={{ maxWidth: 160 }}>
            <TextField type="number" min={1} max={CAP_MOST.days} label={t('messages.field.capDays')} {...cap.days} />
          </div>
        </InlineStack>
        <Text as="p" tone="subdued">
          {t('messages.lists.cap')}
        </Text>
        <BlockStack gap="100" inlineAlign="start">
          <Button
            variant="primary"
            disabled={page.saved === null || isDirty}
            loading={isBusy}
            onClick={() => onAct({ intent: 'make-list', channel: page.channel })}
          >
            {t('messages.lists.make')}
          </Button>
          {page.saved === null || isDirty ? (
            <Text as="p" tone="subdued">
              {t('messages.lists.saveFirst')}
            </Text>
          ) : null}
        </BlockStack>
        {page.lists.map((list) => (
          <BlockStack key={list.id} gap="200">
            <Divider />
            <Text as="p">
              {t('messages.lists.made', {
                count: list.customers,
                n: f.number(list.customers),
                channel: t(`messages.channel.${list.channel}`),
                time: f.dateTime(list.madeAt),
              })}
            </Text>
            <Text as="p" tone="subdued">
              {leftOutText(list)}
            </Text>
            {list.isFileThere ? (
              <InlineStack gap="300" blockAlign="start">
                <DownloadButton url={`/app/messages/lists/${list.id}`} fileName={fileName(page, list)}>
                  {t('messages.lists.download')}
                </DownloadButton>
                <Button
                  variant="plain"
                  disabled={isBusy}
                  onClick={() => onAct({ intent: 'take-back', id: String(list.id) })}
                >
                  {t('messages.lists.takeBack')}
                </Button>
              </InlineStack>
            ) : (
              <Text as="p" tone="subdued">
                {t('messages.lists.gone', { days: f.number(CAP_MOST.days) })}
              </Text>
            )}
          </BlockStack>
        ))}
      </BlockStack>
    </Card>
  )

  function leftOutText({ noConsent, offersOff, capped }: MessageList): string {
    return t('messages.lists.leftOut', {
      noConsent: f.number(noConsent),
      offersOff: f.number(offersOff),
      capped: f.number(capped),
    })
  }
}

function fileName({ key }: MessagePage, { id, channel }: MessageList): string {
  return `${messageAddress(key)}-${channel}-${id}.csv`
}
