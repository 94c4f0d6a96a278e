import { Banner, BlockStack, Button, Card, InlineStack, Page, Select, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import {
  CHANNELS,
  costOfOneSending,
  MESSAGE_LIMITS,
  reached,
  WAY_OF,
  type Channel,
  type MessageField,
  type MessagePage,
} from '#app/domain/messages/message.ts'
import { channelsFor, readyMade } from '#app/domain/messages/ready-made.ts'
import { FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import {
  draftFrom,
  draftOf,
  isSameDraft,
  readDraft,
  type MessageDraft,
  type MessageFieldProps,
  type MessageIntent,
} from './message-fields.ts'
import { MessageLaw } from './message-law.tsx'
import { MessageLists } from './message-lists.tsx'
import { MessageWays } from './message-ways.tsx'
import { SaveBar } from './save-bar.tsx'

type Props = {
  page: MessagePage
  isBusy: boolean
  /** Another channel is on its way: what is typed now would be lost. */
  isLeaving: boolean
  /** Why the server refused it, by field. */
  refused: Partial<Record<MessageField, string>>
  onAct: (intent: MessageIntent) => void
  onChannel: (channel: Channel) => void
}

/** What is said to one segment through one channel, whom it reaches, what it costs, and how other tools send it. */
export function MessageScreen({ page, isBusy, isLeaving, refused, onAct, onChannel }: Props) {
  const { t, f } = useWords()
  const [draft, setDraft] = useState<MessageDraft>(() => draftOf(page, f.locale))
  const [seen, setSeen] = useState(page.saved?.savedAt ?? 0)
  // What was saved, here or by somebody else, replaces the draft.
  if (seen !== (page.saved?.savedAt ?? 0)) {
    setSeen(page.saved?.savedAt ?? 0)
    setDraft(draftOf(page, f.locale))
  }
  const { message, errors } = readDraft(draft, page.currency)
  const isDirty = !isSameDraft(draft, draftOf(page, f.locale))
  const segment = page.ownName ?? t(`stage.${page.key as 'new'}`)
  const { channel } = page
  const save = () => {
    if (message !== null) onAct({ intent: 'save', channel, ...message })
  }
  const field = (name: MessageField): MessageFieldProps => ({
    value: draft[name],
    onChange: (value: string) => setDraft({ ...draft, [name]: value }),
    autoComplete: 'off',
    disabled: isLeaving,
    ...errorOf(name),
  })
  function errorOf(name: MessageField): { error?: string } {
    const key = errors[name] ?? refused[name]
    return key === undefined ? {} : { error: t(`messages.refused.${key as 'long'}`) }
  }
  return (
    <Page
      title={t('messages.to', { segment })}
      backAction={{ content: t('messages.title'), url: '/app/messages' }}
      secondaryActions={
        page.saved === null
          ? []
          : [{ content: t('messages.delete'), destructive: true, onAction: () => onAct({ intent: 'delete', channel }) }]
      }
    >
      <SaveBar
        isOpen={isDirty}
        isSaving={isBusy}
        isValid={message !== null}
        onSave={save}
        onDiscard={() => setDraft(draftOf(page, f.locale))}
      />
      <BlockStack gap="400">
        <FreshnessTrouble freshness={page.freshness} />
        <ReachCard
          page={page}
          draft={draft}
          cost={field('costMinor')}
          isDirty={isDirty}
          isLeaving={isLeaving}
          onChannel={onChannel}
        />
        {page.saved === null && !isDirty ? (
          <Banner tone="info" title={t('messages.readyMade.title')}>
            <BlockStack gap="200" inlineAlign="start">
              <Text as="p">{t('messages.readyMade.text')}</Text>
              <Button onClick={save} loading={isBusy} disabled={message === null}>
                {t('messages.readyMade.save')}
              </Button>
            </BlockStack>
          </Banner>
        ) : null}
        <Card>
          <BlockStack gap="400">
            <BlockStack gap="100">
              <Text as="h2" variant="headingMd">
                {t('messages.text.title')}
              </Text>
              <Text as="p" tone="subdued">
                {t('messages.text.placeholders', { name: '{name}', shop: '{shop}' })}
              </Text>
            </BlockStack>
            <TextField label={t('messages.field.purpose')} maxLength={MESSAGE_LIMITS.purpose} {...field('purpose')} />
            <TextField
              label={t('messages.field.value')}
              helpText={t('messages.help.value')}
              maxLength={MESSAGE_LIMITS.value}
              {...field('value')}
            />
            {(f.locale === 'ko' ? (['Ko', 'En'] as const) : (['En', 'Ko'] as const)).map((language) => (
              <BlockStack key={language} gap="300">
                {WAY_OF[channel] === 'email' ? (
                  <TextField label={t(`messages.field.subject${language}`)} {...field(`subject${language}`)} />
                ) : null}
                <TextField
                  label={t(`messages.field.text${language}`)}
                  multiline={WAY_OF[channel] === 'email' ? 6 : 3}
                  showCharacterCount
                  maxLength={MESSAGE_LIMITS.text}
                  {...field(`text${language}`)}
                />
              </BlockStack>
            ))}
            {page.saved === null ? null : (
              <div>
                <Button
                  variant="plain"
                  onClick={() => {
                    const { subjectEn, subjectKo, textEn, textKo } = draftFrom(
                      readyMade(page.key, channel, f.locale),
                      page.currency,
                    )
                    setDraft({ ...draft, subjectEn, subjectKo, textEn, textKo })
                  }}
                >
                  {t('messages.readyMade.bring')}
                </Button>
              </div>
            )}
          </BlockStack>
        </Card>
        <MessageLaw page={page} draft={draft} setDraft={setDraft} date={field('confirmedOn')} />
        <MessageWays page={page} />
        <MessageLists
          page={page}
          isBusy={isBusy}
          isDirty={isDirty}
          cap={{ messages: field('capMessages'), days: field('capDays') }}
          onAct={onAct}
        />
      </BlockStack>
    </Page>
  )
}

type ReachProps = {
  page: MessagePage
  draft: MessageDraft
  cost: MessageFieldProps
  isDirty: boolean
  isLeaving: boolean
  onChannel: (channel: Channel) => void
}

function ReachCard({ page, draft, cost, isDirty, isLeaving, onChannel }: ReachProps) {
  const { t, f } = useWords()
  const { reach, channel, currency } = page
  const { message } = readDraft(draft, currency)
  const suits = channelsFor(page.key)
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="p" variant="bodyLg">
          {t('messages.reach', {
            count: reach.customers,
            n: f.number(reach.customers),
            email: f.number(reach.email),
            sms: f.number(reach.sms),
          })}
        </Text>
        <Select
          label={t('messages.field.channel')}
          options={CHANNELS.map((each) => ({
            value: each,
            label: [
              t(`messages.channel.${each}`),
              page.channels.includes(each) ? t('messages.isSaved') : suits.includes(each) ? t('messages.suits') : '',
            ]
              .filter((part) => part !== '')
              .join(' · '),
          }))}
          value={channel}
          onChange={(chosen) => onChannel(chosen as Channel)}
          disabled={isDirty || isLeaving}
          helpText={isDirty ? t('messages.saveBefore') : t(`messages.about.${WAY_OF[channel]}`)}
        />
        {page.preferred === '' ? null : (
          <Text as="p" tone="subdued">
            {t('messages.preferred', { text: page.preferred })}
          </Text>
        )}
        <InlineStack gap="400" blockAlign="end">
          <div style={{ maxWidth: 240 }}>
            <TextField label={t('messages.field.cost', { currency })} inputMode="decimal" placeholder="0" {...cost} />
          </div>
        </InlineStack>
        {message === null ? null : (
          <Text as="p">
            {reached(reach, channel) === 0
              ? t('messages.nobody')
              : message.costMinor === 0
                ? t('messages.costUnknown', { n: f.number(reached(reach, channel)) })
                : t('messages.costOnce', {
                    count: reached(reach, channel),
                    n: f.number(reached(reach, channel)),
                    money: f.money({ minor: costOfOneSending(message, reach, channel), currency }),
                  })}
          </Text>
        )}
      </BlockStack>
    </Card>
  )
}
