import { BlockStack, Button, Card, Checkbox, InlineGrid, Text, TextField } from '@shopify/polaris'
import type { DryRun } from '#app/domain/pages.ts'
import { TAG_KEYS, tagOf } from '#app/domain/settings.ts'
import type { SettingsData, TagKey } from '#app/domain/settings.ts'
import { useWords } from './i18n.tsx'
import { DryRunSentences, DryRunTable } from './tagging-page.tsx'

const KNOWN_PROBLEMS = ['tag-empty', 'tag-comma', 'tag-long', 'tag-twice']

type Props = {
  draft: SettingsData
  problems: Record<string, string>
  isDirty: boolean
  preview: DryRun | null
  isPreviewing: boolean
  onPreview: () => void
  onChange: (patch: Partial<SettingsData>) => void
}

/** Prefix and texts of our tags, and what changing them would do. */
export function TagSettings({ draft, problems, isDirty, preview, isPreviewing, onPreview, onChange }: Props) {
  const { t } = useWords()
  function errorOf(path: string): string | undefined {
    const problem = problems[path]
    if (problem === undefined) return undefined
    return KNOWN_PROBLEMS.includes(problem) ? t(`tags.problem.${problem}`) : t('tags.problem.other')
  }
  return (
    <Card>
      <BlockStack gap="400">
        <TextField
          label={t('tags.prefix')}
          value={draft.tagPrefix}
          error={errorOf('tagPrefix')}
          helpText={t('tags.prefixHelp', { tag: tagOf('at-risk', draft) })}
          autoComplete="off"
          onChange={(tagPrefix) => onChange({ tagPrefix })}
        />
        <InlineGrid columns={{ xs: 1, sm: 2 }} gap="400">
          {TAG_KEYS.map((key) => (
            <TagField key={key} name={key} draft={draft} error={errorOf(`tagTexts.${key}`)} onChange={onChange} />
          ))}
        </InlineGrid>
        <Checkbox
          label={t('tags.public')}
          helpText={t('tags.publicHelp')}
          checked={draft.cherryPublicName}
          onChange={(cherryPublicName) => onChange({ cherryPublicName })}
        />
        <BlockStack gap="200">
          <div>
            <Button onClick={onPreview} loading={isPreviewing} disabled={!isDirty}>
              {t('tags.preview')}
            </Button>
          </div>
          <Text as="p" tone="subdued">
            {t('tags.previewHelp')}
          </Text>
          {preview === null ? null : (
            <div aria-live="polite">
              <BlockStack gap="200">
                <DryRunSentences page={preview} />
                <DryRunTable page={preview} />
              </BlockStack>
            </div>
          )}
        </BlockStack>
      </BlockStack>
    </Card>
  )
}

type FieldProps = { name: TagKey; draft: SettingsData; error: string | undefined; onChange: Props['onChange'] }

function TagField({ name, draft, error, onChange }: FieldProps) {
  const { t } = useWords()
  // The public wording renames a tag that the merchant has not renamed.
  const written = tagOf(name, draft)
  const typed = `${draft.tagPrefix}${draft.tagTexts[name]}`
  return (
    <TextField
      label={t(`stage.${name}`)}
      prefix={draft.tagPrefix}
      value={draft.tagTexts[name]}
      error={error}
      helpText={error === undefined && written !== typed ? t('tags.written', { tag: written }) : undefined}
      autoComplete="off"
      onChange={(text) => onChange({ tagTexts: { ...draft.tagTexts, [name]: text } })}
    />
  )
}
