import { Banner, BlockStack, Text } from '@shopify/polaris'
import type { TFunction } from 'i18next'
import type { Unread } from '#app/domain/own-pages.ts'
import { useWords } from './i18n.tsx'

/** Whether any of it is on its way: worth asking again for. */
export function isReading(unread: readonly Unread[]): boolean {
  return unread.some(({ state }) => state === 'reading')
}

/** In place of a count that is not one yet. */
export function unreadShort(t: TFunction, [first]: readonly Unread[]): string | null {
  if (first === undefined) return null
  return first.state === 'reading'
    ? t(`own.unreadShort.reading.${first.subject}`)
    : t(`own.unreadShort.stopped.${first.state}`)
}

/** What was never read, that nobody counts as having it until then, and what comes next. */
export function UnreadText({ unread }: { unread: readonly Unread[] }) {
  const { t } = useWords()
  return (
    <>
      {unread.map(({ subject, state }) => (
        <Text as="p" key={subject}>
          {t(`own.unread.${state}.${subject}`)}
        </Text>
      ))}
    </>
  )
}

/** The same over the page of a segment whose saved rule looks at it. */
export function UnreadBanner({ unread }: { unread: readonly Unread[] }) {
  const { t } = useWords()
  if (unread.length === 0) return null
  return (
    <Banner tone={isReading(unread) ? 'info' : 'warning'} title={unreadShort(t, unread) ?? ''}>
      <BlockStack gap="100">
        <UnreadText unread={unread} />
      </BlockStack>
    </Banner>
  )
}
