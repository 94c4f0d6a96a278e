import { Banner, BlockStack, Box, Button, Card, Layout, Page, Select, Text } from '@shopify/polaris'
import { useState } from 'react'
import type { Announcements, BenefitCodeCard, DryRun, Freshness, Leaving, ShopifySegments } from '#app/domain/pages.ts'
import type { Learning } from '#app/domain/learning.ts'
import type { PeopleSettings, SwitchAnswer } from '#app/domain/people-pages.ts'
import type { LeftOutReason } from '#app/domain/order.ts'
import { SettingsShape, patchedSettings } from '#app/domain/settings.ts'
import type { Settings, SettingsData } from '#app/domain/settings.ts'
import { FreshnessLine } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { SaveBar } from './save-bar.tsx'
import { tagFieldsOf } from './settings-fields.ts'
import { CodeSettings } from './settings-codes.tsx'
import { CostSettings } from './settings-costs.tsx'
import { FlowSettings } from './settings-flow.tsx'
import { PrepareToUninstall } from './settings-leaving.tsx'
import { OrderRuleSettings } from './settings-order-rule.tsx'
import { RewardSettings } from './settings-rewards.tsx'
import { SegmentSettings } from './settings-segments.tsx'
import { StopTagging } from './settings-stop.tsx'
import { LinkingSettings, NameSettings } from './settings-people.tsx'
import { TagSettings } from './settings-tags.tsx'
import { VisitSettings } from './settings-visits.tsx'

/** What the settings page shows. */
export type SettingsView = {
  settings: Settings
  /** Null until the orders have been looked through. */
  orders: { orders: number; counted: number; reasons: { reason: LeftOutReason; orders: number }[] } | null
  codes: BenefitCodeCard[]
  freshness: Freshness
  flow: Announcements
  shopifySegments: ShopifySegments
  leaving: Leaving
  people: PeopleSettings
  learning: Learning
}

/** What a button does at once, without the save bar. */
export const SETTINGS_ACTS = [
  'stop',
  'remove',
  'announce',
  'silence',
  'create-segments',
  'remove-segments',
  'link',
  'link-again',
  'unlink',
  'show-names',
  'hide-names',
  'learn',
  'forget-visits',
  'leave',
] as const
export type SettingsAct = (typeof SETTINGS_ACTS)[number]

export type SettingsProps = {
  page: SettingsView
  /** The last dry run, and the tag texts it was asked with. */
  tagPreview: { of: string; run: DryRun } | null
  isPreviewing: boolean
  isSaving: boolean
  /** Shopify asked for what learning from visits needs, and the merchant said no. */
  isDeclined: boolean
  /** What Shopify said to the last switch of protected customer data; null: none was touched. */
  switched: SwitchAnswer | null
  /** Field → key of a text, from the server. */
  errors: Record<string, string>
  onPreviewTags: (draft: SettingsData) => void
  onSave: (draft: SettingsData) => void
  onAct: (act: SettingsAct) => void
}

/** Field paths with the message key of what is wrong with them. */
function problemsOf(draft: SettingsData): Record<string, string> {
  const parsed = SettingsShape.safeParse(draft)
  if (parsed.success) return {}
  return Object.fromEntries(parsed.error.issues.map((issue) => [issue.path.join('.'), issue.message]))
}

export function SettingsScreen(props: SettingsProps) {
  const { page, isSaving, onSave, onAct } = props
  const { t } = useWords()
  const { version: _version, ...stored } = page.settings
  const [draft, setDraft] = useState<SettingsData>(stored)
  const [seen, setSeen] = useState(page.settings)
  // A save raises the version: what the server has changed is taken over, what is typed and not saved yet stays.
  if (seen.version !== page.settings.version) {
    setSeen(page.settings)
    setDraft(rebased(draft, seen, stored))
  }
  const problems = { ...props.errors, ...problemsOf(draft) }
  const isDirty = JSON.stringify(draft) !== JSON.stringify(stored)
  const change = (patch: Partial<SettingsData>) => setDraft(patchedSettings(draft, patch) as SettingsData)
  return (
    <Page title={t('nav.settings')}>
      <SaveBar
        isOpen={isDirty}
        isSaving={isSaving}
        isValid={Object.keys(problemsOf(draft)).length === 0}
        onSave={() => onSave(draft)}
        onDiscard={() => setDraft(stored)}
      />
      <BlockStack gap="400">
        {Object.keys(props.errors).length === 0 ? null : (
          <Banner tone="critical" title={t('settings.notSaved')}>
            <Text as="p">{t('settings.notSavedText')}</Text>
          </Banner>
        )}
        <Layout>
          <Layout.AnnotatedSection
            title={<Inset>{t('orderRule.title')}</Inset>}
            description={<Inset>{t('orderRule.text')}</Inset>}
          >
            <OrderRuleSettings
              draft={draft}
              orders={page.orders}
              hasProblem={'orderRule.statuses' in problems}
              onChange={change}
            />
          </Layout.AnnotatedSection>
          <Layout.AnnotatedSection
            id="codes"
            title={<Inset>{t('codes.title')}</Inset>}
            description={<Inset>{t('codes.text')}</Inset>}
          >
            <CodeSettings
              draft={draft}
              codes={page.codes}
              whyNone={page.freshness.isLimited ? 'waits' : page.orders === null ? 'notYet' : 'empty'}
              onChange={change}
            />
          </Layout.AnnotatedSection>
          <Layout.AnnotatedSection
            id="costs"
            title={<Inset>{t('costs.title')}</Inset>}
            description={<Inset>{t('costs.text')}</Inset>}
          >
            <CostSettings
              draft={draft}
              hasProblem={Object.keys(problems).some((field) => field.startsWith('costs'))}
              onChange={change}
            />
          </Layout.AnnotatedSection>
          <Layout.AnnotatedSection
            id="rewards"
            title={<Inset>{t('rewardRules.title')}</Inset>}
            description={<Inset>{t('rewardRules.text')}</Inset>}
          >
            <RewardSettings draft={draft} problems={problems} onChange={change} />
          </Layout.AnnotatedSection>
          <Layout.AnnotatedSection
            title={<Inset>{t('tags.title')}</Inset>}
            description={<Inset>{t('tags.text')}</Inset>}
          >
            <TagSettings
              draft={draft}
              problems={problems}
              isDirty={isDirty}
              preview={props.tagPreview?.of === tagFieldsOf(draft).tags ? props.tagPreview.run : null}
              isPreviewing={props.isPreviewing}
              onPreview={() => props.onPreviewTags(draft)}
              onChange={change}
            />
          </Layout.AnnotatedSection>
          <Layout.AnnotatedSection
            title={<Inset>{t('shopifySegments.title')}</Inset>}
            description={<Inset>{t('shopifySegments.text')}</Inset>}
          >
            <SegmentSettings
              segments={page.shopifySegments}
              taggingOn={page.settings.taggingOn}
              isSaving={isSaving}
              onSwitch={(isOn) => onAct(isOn ? 'create-segments' : 'remove-segments')}
            />
          </Layout.AnnotatedSection>
          <Layout.AnnotatedSection
            title={<Inset>{t('flow.title')}</Inset>}
            description={<Inset>{t('flow.text')}</Inset>}
          >
            <FlowSettings
              flow={page.flow}
              isSaving={isSaving}
              onSwitch={(isOn) => onAct(isOn ? 'announce' : 'silence')}
            />
          </Layout.AnnotatedSection>
          <Layout.AnnotatedSection
            id="people"
            title={<Inset>{t('linking.title')}</Inset>}
            description={<Inset>{t('linking.text')}</Inset>}
          >
            <LinkingSettings people={page.people} answer={props.switched} isSaving={isSaving} onAct={onAct} />
          </Layout.AnnotatedSection>
          <Layout.AnnotatedSection
            id="visits"
            title={<Inset>{t('visits.title')}</Inset>}
            description={<Inset>{t('visits.text')}</Inset>}
          >
            <VisitSettings
              learning={page.learning}
              isDeclined={props.isDeclined}
              isSaving={isSaving}
              onLearn={() => onAct('learn')}
              onForget={() => onAct('forget-visits')}
            />
          </Layout.AnnotatedSection>
          <Layout.AnnotatedSection
            title={<Inset>{t('names.title')}</Inset>}
            description={<Inset>{t('names.text')}</Inset>}
          >
            <NameSettings people={page.people} answer={props.switched} isSaving={isSaving} onAct={onAct} />
          </Layout.AnnotatedSection>
          <Layout.AnnotatedSection
            title={<Inset>{t('language.title')}</Inset>}
            description={<Inset>{t('language.text')}</Inset>}
          >
            <Card>
              <Select
                label={t('language.label')}
                value={draft.language ?? ''}
                options={[
                  { value: '', label: t('language.admin') },
                  { value: 'en', label: 'English' },
                  { value: 'ko', label: '한국어' },
                ]}
                onChange={(value) => change({ language: value === 'en' || value === 'ko' ? value : null })}
              />
            </Card>
          </Layout.AnnotatedSection>
          <Layout.AnnotatedSection
            title={<Inset>{t('copy.title')}</Inset>}
            description={<Inset>{t('copy.linkText')}</Inset>}
          >
            <Card>
              <Button url="/app/setup-copy">{t('copy.link')}</Button>
            </Card>
          </Layout.AnnotatedSection>
          <Layout.AnnotatedSection
            title={<Inset>{t('stop.title')}</Inset>}
            description={<Inset>{t('stop.text')}</Inset>}
          >
            <StopTagging
              taggingOn={page.settings.taggingOn}
              isSaving={isSaving}
              onStop={() => onAct('stop')}
              onRemove={() => onAct('remove')}
            />
          </Layout.AnnotatedSection>
          <Layout.AnnotatedSection
            id="uninstall"
            title={<Inset>{t('leaving.title')}</Inset>}
            description={<Inset>{t('leaving.text')}</Inset>}
          >
            <PrepareToUninstall leaving={page.leaving} isSaving={isSaving} onLeave={() => onAct('leave')} />
          </Layout.AnnotatedSection>
        </Layout>
        <Box paddingInline={{ xs: '400', sm: '0' }}>
          <FreshnessLine freshness={page.freshness} />
        </Box>
      </BlockStack>
    </Page>
  )
}

/** The draft on what the server holds now: each field as it was edited, or as it has become. */
function rebased(draft: SettingsData, before: SettingsData, after: SettingsData): SettingsData {
  const fields = Object.keys(after) as (keyof SettingsData)[]
  const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)
  const edited = fields.filter((field) => !isSame(draft[field], before[field]) && isSame(before[field], after[field]))
  return { ...after, ...Object.fromEntries(edited.map((field) => [field, draft[field]])) }
}

/** Polaris leaves a section's own words at the very edge of a narrow screen. */
function Inset({ children }: { children: string }) {
  return (
    <Box as="div" paddingInline={{ xs: '400', sm: '0' }}>
      {children}
    </Box>
  )
}
