import { Banner, BlockStack, ProgressBar, Text } from '@shopify/polaris'
import type { ReactNode } from 'react'
import type { Linking } from '#app/domain/people-pages.ts'
import { useWords } from './i18n.tsx'

/** How far looking for accounts of one person is. */
export function LinkingState({ linking }: { linking: Linking }) {
  const { t, f } = useWords()
  const { state, waiting, read, total } = linking
  if (state === 'off' || state === 'failed') return null
  if (state === 'ready')
    return (
      <Text as="p">
        {waiting === 0
          ? t('linking.state.nothing')
          : t('linking.state.ready', { count: waiting, n: f.number(waiting) })}
      </Text>
    )
  return (
    <div aria-live="polite">
      <BlockStack gap="200">
        <Text as="p">{t(`linking.state.${state}`)}</Text>
        {state === 'linking' || total === null || total === 0 ? null : (
          <>
            <ProgressBar progress={Math.min(100, (100 * read) / total)} size="small" />
            <Text as="p" tone="subdued">
              {t('linking.progress', { read: f.number(read), total: f.number(total) })}
            </Text>
          </>
        )}
      </BlockStack>
    </div>
  )
}

/** What is still safe, and what to do. */
export function LinkingFailed({ linking, children }: { linking: Linking; children?: ReactNode }) {
  const { t } = useWords()
  return (
    <Banner tone="critical" title={t('linking.failed.title')}>
      <BlockStack gap="200">
        <Text as="p">
          {linking.problem?.kind === 'scope-missing' ? t('linking.failed.access') : t('linking.failed.other')}
        </Text>
        {children}
      </BlockStack>
    </Banner>
  )
}
