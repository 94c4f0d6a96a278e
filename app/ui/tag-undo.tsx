import { BlockStack, Button, Card, DataTable, Text } from '@shopify/polaris'
import type { TagRun, UndoPreview } from '#app/domain/pages.ts'
import { AskedTwice } from './asked-twice.tsx'
import { useWords } from './i18n.tsx'

type Props = {
  run: TagRun
  /** Null: not asked for yet. */
  undo: UndoPreview | null
  isLooking: boolean
  isBusy: boolean
  onLook: () => void
  onUndo: () => void
}

/** What taking the last run back would change; nothing is changed before it is asked for twice. */
export function UndoCard({ run, undo, isLooking, isBusy, onLook, onUndo }: Props) {
  const { t, f } = useWords()
  const about = { run: t(`activity.run.${run.kind}`), time: f.dateTime(run.finishedAt ?? run.startedAt) }
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('undo.title')}
        </Text>
        <Text as="p">{undo === null ? t('undo.offer', about) : t('undo.run', about)}</Text>
        {undo === null ? (
          <div>
            <Button onClick={onLook} loading={isLooking}>
              {t('undo.look')}
            </Button>
          </div>
        ) : (
          <WhatItChanges undo={undo} isBusy={isBusy} onUndo={onUndo} />
        )}
      </BlockStack>
    </Card>
  )
}

function WhatItChanges({ undo, isBusy, onUndo }: Pick<Props, 'isBusy' | 'onUndo'> & { undo: UndoPreview }) {
  const { t, f } = useWords()
  const { tags, customers, metafields, changedSince } = undo
  return (
    <>
      {customers === 0 ? (
        <Text as="p">{t('undo.nothing')}</Text>
      ) : (
        <>
          <Text as="p">{t('undo.customers', { count: customers, n: f.number(customers) })}</Text>
          {tags.length === 0 ? null : (
            <DataTable
              columnContentTypes={['text', 'numeric', 'numeric']}
              headings={[t('tagging.tag'), t('tagging.get'), t('tagging.lose')]}
              rows={tags.map((tag) => [tag.tag, f.number(tag.adds), f.number(tag.removes)])}
            />
          )}
          {metafields === 0 ? null : (
            <Text as="p">{t('undo.states', { count: metafields, n: f.number(metafields) })}</Text>
          )}
        </>
      )}
      {changedSince === 0 ? null : (
        <Text as="p">{t('undo.changedSince', { count: changedSince, n: f.number(changedSince) })}</Text>
      )}
      {customers === 0 ? null : (
        <AskedTwice
          ask={t('undo.ask')}
          sure={t('undo.sure')}
          yes={t('undo.yes')}
          isBusy={isBusy}
          onYes={onUndo}
          isCritical={false}
        />
      )}
    </>
  )
}
