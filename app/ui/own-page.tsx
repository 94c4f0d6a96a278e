import { Badge, BlockStack, Box, Button, Card, Divider, InlineStack, Page, Text, TextField } from '@shopify/polaris'
import { useEffect, useState } from 'react'
import type { OwnEditor, OwnPreview, OwnVersion } from '#app/domain/own-pages.ts'
import type { Rule } from '#app/domain/rules/rule.ts'
import { AskedTwice } from './asked-twice.tsx'
import { cardPath } from './card-fields.ts'
import { FlowTick } from './flow-tick.tsx'
import { FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { messagePath } from './message-fields.ts'
import { RuleGroup } from './own-conditions.tsx'
import { draftOf, freshDraft, isComplete, ruleOf, type DraftGroup } from './own-draft.ts'
import { OwnPreviewCard } from './own-preview.tsx'
import { ruleText, type OwnWords } from './own-text.ts'
import { KeptOutCard } from './rewards-card.tsx'
import { RehearsalCard } from './rehearsal-card.tsx'
import { UnreadBanner } from './own-unread.tsx'
import type { RehearsingProps } from './rehearsing.ts'
import { SaveBar } from './save-bar.tsx'

type Props = {
  page: OwnEditor
  preview: OwnPreview | null
  isPreviewing: boolean
  hasPreviewFailed: boolean
  isBusy: boolean
  /** Why saving or deleting was refused, by field: keys of the texts. */
  refused: { name?: string; rule?: string }
  rehearsal: RehearsingProps
  onPreview: (rule: Rule) => void
  onSave: (name: string, rule: Rule, announces: boolean) => void
  onDelete: () => void
}

/** One of the merchant's own segments: its rule in plain words, what it would hold, and its versions. */
export function OwnScreen(props: Props) {
  const { page, preview, isBusy, refused, onPreview, onSave, onDelete } = props
  const { t } = useWords()
  const start = page.rule === null ? freshDraft() : draftOf(page.rule, page.currency)
  const [name, setName] = useState(page.name)
  const [draft, setDraft] = useState<DraftGroup>(start)
  const [announces, setAnnounces] = useState(false)
  const [seen, setSeen] = useState(page.version)
  if (seen !== page.version) {
    setSeen(page.version)
    setName(page.name)
    setDraft(start)
    setAnnounces(false)
  }
  const isWhole = isComplete(draft, page.currency)
  const isDirty = page.id === null || name !== page.name || JSON.stringify(draft) !== JSON.stringify(start)
  const asked = isWhole ? JSON.stringify(ruleOf(draft, page.currency)) : null
  const unread = JSON.stringify(page.unread)
  useEffect(() => {
    if (asked !== null) onPreview(JSON.parse(asked) as Rule)
    // Asked when the rule differs, or what it looks at has been read, not when the page is drawn anew.
  }, [asked, unread])
  const words: OwnWords = {
    currency: page.currency,
    names: new Map([
      ...page.others.map(({ id, name: other }) => [id, other] as const),
      ...(page.id === null ? [] : [[page.id, page.name] as const]),
    ]),
  }
  const moves = movesOf(preview)
  const notOffered = page.unread.filter(({ subject }) => subject === 'collections')
  const blocks = preview?.troubles.some((trouble) => trouble.blocks) === true
  return (
    <Page
      title={page.id === null ? t('own.new') : page.name}
      titleMetadata={
        page.id === null ? undefined : (
          <Badge tone={page.isTagged ? 'success' : undefined}>
            {page.isTagged ? t('tagging.on') : t('tagging.off')}
          </Badge>
        )
      }
      backAction={{ content: t('nav.segments'), url: '/app/segments' }}
      secondaryActions={
        page.id === null
          ? []
          : [
              { content: t('card.open'), url: cardPath(`own:${page.id}`) },
              { content: t('messages.open'), url: messagePath(`own:${page.id}`) },
            ]
      }
    >
      <SaveBar
        isOpen={isDirty}
        isSaving={isBusy}
        isValid={isWhole && !blocks && name.trim() !== ''}
        onSave={() => onSave(name, ruleOf(draft, page.currency), announces)}
        onDiscard={() => {
          setName(page.name)
          setDraft(start)
          setAnnounces(false)
        }}
      />
      <BlockStack gap="400">
        <FreshnessTrouble freshness={page.freshness} />
        <UnreadBanner unread={page.unreadBySaved} />
        <Card>
          <BlockStack gap="400">
            <TextField
              label={t('own.name')}
              value={name}
              onChange={setName}
              autoComplete="off"
              helpText={t('own.tagHelp', { tag: `${page.tagPrefix}${name.trim() === '' ? '…' : name.trim()}` })}
              {...(refused.name === undefined ? {} : { error: t(`own.refused.${refused.name}`) })}
            />
            <RuleGroup group={draft} depth={1} offers={page} onChange={setDraft} />
            {notOffered.length === 0 ? null : (
              <Text as="p" tone="subdued">
                {t(`own.notOffered.${notOffered[0]!.state}`)}
              </Text>
            )}
            {refused.rule === undefined || blocks ? null : (
              <Text as="p" tone="critical">
                {t('own.refused.rule')}
              </Text>
            )}
          </BlockStack>
        </Card>
        <OwnPreviewCard
          preview={preview}
          isBusy={props.isPreviewing}
          hasFailed={props.hasPreviewFailed}
          isComplete={isWhole}
          isSaved={page.id !== null}
          words={words}
        >
          {page.announceMoves && page.id !== null && moves > 0 ? (
            <FlowTick moves={moves} isTicked={announces} onTick={setAnnounces} />
          ) : null}
        </OwnPreviewCard>
        <KeptOutCard page={page} />
        <RehearsalCard
          {...props.rehearsal}
          query={asked === null || blocks ? null : new URLSearchParams({ rule: asked }).toString()}
          words={words}
        />
        {page.versions.length < 2 ? null : (
          <Versions
            versions={page.versions}
            words={words}
            onLook={(version) => {
              setName(version.name)
              setDraft(draftOf(version.rule, page.currency))
            }}
          />
        )}
        {page.id === null ? null : (
          <Box paddingInline={{ xs: '400', sm: '0' }}>
            <AskedTwice
              ask={t('own.delete')}
              sure={t('own.deleteSure', { name: page.name })}
              yes={t('own.deleteYes')}
              isBusy={isBusy}
              onYes={onDelete}
            />
          </Box>
        )}
      </BlockStack>
    </Page>
  )
}

/** How many customers saving would move; 0 until that was counted to the last one. */
function movesOf(preview: OwnPreview | null): number {
  if (!preview?.figures || preview.examples === null) return 0
  return preview.figures.enters + preview.figures.leaves
}

type VersionsProps = { versions: OwnVersion[]; words: OwnWords; onLook: (version: OwnVersion) => void }

/** Every version with its rule in words; an older one is looked at in the editor, which says who would enter and leave. */
function Versions({ versions, words, onLook }: VersionsProps) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {t('own.versions')}
        </Text>
        {versions.map((version, place) => (
          <BlockStack key={version.version}>
            {place === 0 ? null : <Divider />}
            <Box paddingBlock="200">
              <InlineStack align="space-between" blockAlign="center" gap="200">
                <BlockStack gap="100">
                  <Text as="p" fontWeight="medium">
                    {t('own.version', {
                      n: f.number(version.version),
                      name: version.name,
                      date: f.dateTime(version.savedAt),
                    })}
                  </Text>
                  <Text as="p" tone="subdued">
                    {ruleText(t, f, version.rule, words)}
                  </Text>
                </BlockStack>
                {place === 0 ? (
                  <Badge>{t('own.present')}</Badge>
                ) : (
                  <Button onClick={() => onLook(version)}>{t('own.compare')}</Button>
                )}
              </InlineStack>
            </Box>
          </BlockStack>
        ))}
      </BlockStack>
    </Card>
  )
}
