import { Banner, BlockStack, Button, Card, DropZone, Page, Spinner, Text } from '@shopify/polaris'
import { useState } from 'react'
import { LARGEST_SETUP_CHARACTERS, type LeftOutOfSetup } from '#app/domain/setup-copy.ts'
import type { SetupDiff, SetupPage } from '#app/domain/setup-pages.ts'
import { AskedTwice } from './asked-twice.tsx'
import { DownloadButton } from './download-button.tsx'
import { useWords } from './i18n.tsx'
import { SetupChanges } from './setup-copy-changes.tsx'

type Props = {
  page: SetupPage
  diff: SetupDiff | null
  done: 'applied' | 'undone' | null
  /** Why taking over or undoing was refused, by field: keys of the texts. */
  refused: Record<string, string> | null
  isBusy: boolean
  onLook: (file: string) => void
  onApply: (file: string) => void
  onUndo: () => void
}

/** "Copy this setup": a file of what is set here, and taking over that of another shop. */
export function SetupCopyScreen({ page, diff, done, refused, isBusy, onLook, onApply, onUndo }: Props) {
  const { t } = useWords()
  const [file, setFile] = useState<{ name: string; text: string } | null>(null)
  const [isTooLarge, setIsTooLarge] = useState(false)
  async function choose(chosen: File | undefined) {
    if (chosen === undefined) return
    // Characters take at least a byte each: what is larger is not sent at all.
    const isLarge = chosen.size > 4 * LARGEST_SETUP_CHARACTERS
    setIsTooLarge(isLarge)
    if (isLarge) return
    const text = await chosen.text()
    setFile({ name: chosen.name, text })
    onLook(text)
  }
  const fault = isTooLarge ? { kind: 'too-large' as const, what: '' } : (diff?.fault ?? null)
  return (
    <Page
      title={t('copy.title')}
      subtitle={t('copy.subtitle')}
      backAction={{ content: t('nav.settings'), url: '/app/settings' }}
    >
      <BlockStack gap="400">
        {done === null ? null : (
          <Banner tone="success" title={t(`copy.done.${done}`)}>
            <Text as="p">{t(`copy.doneText.${done}`)}</Text>
          </Banner>
        )}
        {refused === null ? null : (
          <Banner tone="critical" title={t('copy.refused.title')}>
            <Text as="p">
              {refused.undo === 'changed'
                ? t('copy.refused.changed')
                : refused.undo === 'gone'
                  ? t('copy.refused.gone')
                  : t('copy.refused.other')}
            </Text>
          </Banner>
        )}
        <Card>
          <BlockStack gap="300">
            <Text as="h2" variant="headingMd">
              {t('copy.download.title')}
            </Text>
            <Text as="p">{t('copy.download.text')}</Text>
            <LeftOut leftOut={page.leftOut} title={t('copy.download.leftOut')} />
            <DownloadButton url="/app/setup-copy/file" fileName="morello-setup.json">
              {t('copy.download.button')}
            </DownloadButton>
          </BlockStack>
        </Card>
        <Card>
          <div aria-live="polite">
            <BlockStack gap="300">
              <Text as="h2" variant="headingMd">
                {t('copy.open.title')}
              </Text>
              <Text as="p">{t('copy.open.text')}</Text>
              <DropZone
                type="file"
                accept="application/json,.json"
                allowMultiple={false}
                label={t('copy.open.file')}
                labelHidden
                disabled={isBusy}
                onDrop={(_all, accepted, rejected) => void choose(accepted[0] ?? rejected[0])}
              >
                <DropZone.FileUpload
                  actionTitle={t('copy.open.choose')}
                  actionHint={file?.name ?? t('copy.open.hint')}
                />
              </DropZone>
              {isBusy ? <Spinner size="small" accessibilityLabel={t('copy.open.busy')} /> : null}
              {fault === null ? null : (
                <Text as="p" tone="critical">
                  {t(`copy.fault.${fault.kind}`, { what: fault.what })}
                </Text>
              )}
              {diff === null || diff.fault !== null || isTooLarge || file === null ? null : (
                <>
                  <SetupChanges diff={diff} />
                  <LeftOut leftOut={diff.leftOut} title={t('copy.leftOut.title')} />
                  {isSame(diff) ? null : (
                    <div>
                      <Button variant="primary" loading={isBusy} onClick={() => onApply(file.text)}>
                        {t('copy.apply')}
                      </Button>
                    </div>
                  )}
                </>
              )}
            </BlockStack>
          </div>
        </Card>
        {page.applied === null ? null : <Undo applied={page.applied} isBusy={isBusy} onUndo={onUndo} />}
      </BlockStack>
    </Page>
  )
}

/** Nothing would be different afterwards. */
export function isSame(diff: Extract<SetupDiff, { fault: null }>): boolean {
  return diff.settings.length === 0 && diff.segments.every(({ kind }) => kind === 'same')
}

type UndoProps = { applied: NonNullable<SetupPage['applied']>; isBusy: boolean; onUndo: () => void }

function Undo({ applied, isBusy, onUndo }: UndoProps) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('copy.undo.title')}
        </Text>
        <Text as="p">{t('copy.undo.text', { at: f.dateTime(applied.at), until: f.date(applied.until) })}</Text>
        <AskedTwice
          ask={t('copy.undo.button')}
          sure={t('copy.undo.sure')}
          yes={t('copy.undo.yes')}
          isBusy={isBusy}
          onYes={onUndo}
        />
      </BlockStack>
    </Card>
  )
}

function LeftOut({ leftOut, title }: { leftOut: LeftOutOfSetup[]; title: string }) {
  const { t } = useWords()
  if (leftOut.length === 0) return null
  return (
    <BlockStack gap="100">
      <Text as="h3" variant="headingSm">
        {title}
      </Text>
      {leftOut.map(({ name, why }) => (
        <Text as="p" key={name} tone="caution">
          {t('copy.leftOut.line', {
            name,
            why: why
              .map(({ kind, what }) =>
                kind === 'refused'
                  ? t(`own.trouble.${what}`, { defaultValue: t('copy.leftOut.refused') })
                  : t(`copy.leftOut.${kind}`, { what }),
              )
              .join(' '),
          })}
        </Text>
      ))}
    </BlockStack>
  )
}
