import { BlockStack, List, Text } from '@shopify/polaris'
import type { TFunction } from 'i18next'
import type { SettingChange } from '#app/domain/setup-copy.ts'
import type { SetupDiff, SetupSegment } from '#app/domain/setup-pages.ts'
import type { Formats } from './formats.ts'
import { useWords } from './i18n.tsx'
import { discountText } from './reason.ts'

type Diff = Extract<SetupDiff, { fault: null }>

/** What a file would change, in words and with counts. Nothing has changed yet. */
export function SetupChanges({ diff }: { diff: Diff }) {
  const { t, f } = useWords()
  const rules = diff.settings.filter(({ field }) => /^(thresholds|orderRule)\./.test(field))
  const isRuleSame = rules.length === 0
  return (
    <BlockStack gap="300">
      <BlockStack gap="100">
        <Text as="p" variant="bodyLg">
          {[
            t(isRuleSame ? 'copy.diff.rulesSame' : 'copy.diff.rulesDiffer', {
              count: rules.length,
              n: f.number(rules.length),
            }),
            ...(diff.windowDays === null ? [] : [windowText(t, f, diff.windowDays)]),
            ...(diff.moves === null || isRuleSame
              ? []
              : [t('copy.diff.moves', { count: diff.moves, n: f.number(diff.moves) })]),
          ].join(' ')}
        </Text>
        {diff.isRecounted ? <Text as="p">{t('copy.diff.recounted')}</Text> : null}
      </BlockStack>
      {diff.settings.length === 0 ? null : (
        <List>
          {diff.settings.map((change) => (
            <List.Item key={change.field}>{changeText(t, f, change)}</List.Item>
          ))}
        </List>
      )}
      {diff.segments.length === 0 ? null : (
        <BlockStack gap="100">
          <Text as="h3" variant="headingSm">
            {t('copy.diff.segments')}
          </Text>
          <List>
            {diff.segments.map((segment) => (
              <List.Item key={segment.name}>{segmentText(t, f, segment)}</List.Item>
            ))}
          </List>
        </BlockStack>
      )}
      <BlockStack gap="100">
        {diff.kept === 0 ? null : (
          <Text as="p" tone="subdued">
            {t('copy.diff.kept', { count: diff.kept, n: f.number(diff.kept) })}
          </Text>
        )}
        {diff.codesUnknown.length === 0 ? null : (
          <Text as="p" tone="caution">
            {t('copy.diff.codesUnknown', { codes: f.list(diff.codesUnknown.map((key) => discountText(t, key))) })}
          </Text>
        )}
        <Text as="p" tone="subdued">
          {t(diff.taggingOn ? 'copy.diff.taggingOn' : 'copy.diff.taggingOff')}
        </Text>
      </BlockStack>
    </BlockStack>
  )
}

function windowText(t: TFunction, f: Formats, { before, after }: NonNullable<Diff['windowDays']>): string {
  const [was, is] = [f.number(Math.round(before)), f.number(Math.round(after))]
  return was === is ? t('copy.diff.window', { days: is }) : t('copy.diff.windowInstead', { days: is, before: was })
}

function segmentText(t: TFunction, f: Formats, { name, kind, members, enters, leaves }: SetupSegment): string {
  if (members === null) return t('copy.diff.same', { name })
  const customers = t('copy.diff.customers', { count: members.customers, n: f.number(members.customers) })
  if (kind === 'new') return t('copy.diff.new', { name, customers })
  return t('copy.diff.changed', { name, customers, enters: f.number(enters), leaves: f.number(leaves) })
}

function changeText(t: TFunction, f: Formats, { field, from, to }: SettingChange): string {
  return t('copy.diff.change', {
    field: fieldText(t, field),
    from: valueText(t, f, field, from),
    to: valueText(t, f, field, to),
  })
}

function fieldText(t: TFunction, field: string): string {
  const [group, which] = [field.slice(0, field.indexOf('.')), field.slice(field.indexOf('.') + 1)]
  if (group === 'tagTexts') return t('copy.field.tagText', { stage: t(`stage.${which}`) })
  if (group === 'benefitCodes') return t('copy.field.benefitCode', { code: discountText(t, which) })
  return group === 'thresholds' ? t(`rule.label.${which}`) : t(`copy.field.${which}`)
}

function valueText(t: TFunction, f: Formats, field: string, value: unknown): string {
  if (field === 'thresholds.windowShare') return f.percent(Number(value))
  if (field === 'orderRule.statuses')
    return f.list((value as string[]).map((each) => t(`orderRule.status.${each}`, { defaultValue: each })))
  if (field === 'whenRemoved') return t(`hands.next.${String(value)}`)
  if (field === 'language') return value === null ? t('language.admin') : value === 'ko' ? '한국어' : 'English'
  if (field.startsWith('benefitCodes.'))
    return t(`copy.value.${value === null ? 'open' : value === 'confirmed' ? 'confirmed' : 'declined'}`)
  if (typeof value === 'boolean') return t(value ? 'own.yes' : 'own.no')
  if (value === null) return t('rule.none')
  return typeof value === 'number' ? f.number(value) : `“${String(value)}”`
}
