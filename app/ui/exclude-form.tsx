import { BlockStack, Button, ChoiceList, FormLayout, InlineStack, Select, Text, TextField } from '@shopify/polaris'
import { useState } from 'react'
import { REASON_MAX } from '#app/domain/exclusions.ts'
import type { Excluding } from './excluding.ts'
import { useWords } from './i18n.tsx'

type Props = {
  /** One customer or segment; several: the shop's segments to choose from. */
  who: { customer: string } | { segment: number } | { segments: { id: number; label: string }[] }
  excluding: Excluding
}

/** Reason and end of keeping somebody out of rewards, behind a button that says what it does. */
export function ExcludeForm({ who, excluding: { isBusy, refused, onExclude } }: Props) {
  const { t } = useWords()
  const [isOpen, setIsOpen] = useState(false)
  const [segment, setSegment] = useState('segments' in who ? String(who.segments[0]?.id ?? '') : '')
  const [reason, setReason] = useState('')
  const [end, setEnd] = useState<'hand' | 'date'>('hand')
  const [until, setUntil] = useState('')
  if (!isOpen)
    return (
      <div>
        <Button onClick={() => setIsOpen(true)}>
          {'segments' in who ? t('exclude.openSegmentForm') : t('exclude.openForm')}
        </Button>
      </div>
    )
  const isWhole = reason.trim() !== '' && (end === 'hand' || until !== '')
  return (
    <FormLayout>
      {'segments' in who ? (
        <Select
          label={t('exclude.segment')}
          options={who.segments.map(({ id, label }) => ({ value: String(id), label }))}
          value={segment}
          onChange={setSegment}
        />
      ) : null}
      <TextField
        label={t('exclude.reason')}
        value={reason}
        onChange={setReason}
        maxLength={REASON_MAX}
        showCharacterCount
        autoComplete="off"
        helpText={t('exclude.reasonHelp')}
        {...(refused.reason === undefined ? {} : { error: t(`exclude.refused.${refused.reason}`) })}
      />
      <ChoiceList
        title={t('exclude.end')}
        choices={[
          { value: 'hand', label: t('exclude.endByHand') },
          { value: 'date', label: t('exclude.endByDate') },
        ]}
        selected={[end]}
        onChange={([chosen]) => setEnd(chosen === 'date' ? 'date' : 'hand')}
      />
      {end === 'hand' ? null : (
        <TextField
          label={t('exclude.lastDay')}
          type="date"
          value={until}
          onChange={setUntil}
          autoComplete="off"
          {...(refused.until === undefined ? {} : { error: t(`exclude.refused.${refused.until}`) })}
        />
      )}
      {refused.who === undefined ? null : (
        <Text as="p" tone="critical">
          {t(`exclude.refused.${refused.who}`)}
        </Text>
      )}
      <BlockStack gap="200">
        <InlineStack gap="200">
          <Button
            variant="primary"
            disabled={!isWhole}
            loading={isBusy}
            onClick={() =>
              onExclude('segments' in who ? { segment: Number(segment) } : who, reason, end === 'hand' ? '' : until)
            }
          >
            {t('exclude.save')}
          </Button>
          <Button onClick={() => setIsOpen(false)} disabled={isBusy}>
            {t('stop.cancel')}
          </Button>
        </InlineStack>
      </BlockStack>
    </FormLayout>
  )
}
