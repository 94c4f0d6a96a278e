import { InlineStack, Pagination, Text } from '@shopify/polaris'
import { useWords } from './i18n.tsx'

type Props = {
  /** `page` is counted from 0. */
  list: { page: number; pageRows: number; total: number; rows: readonly unknown[] }
  /** Whose words count the rows: people, pairs and what is in force are counted differently. */
  words: 'watch' | 'exclude' | 'people'
  onPage: (page: number) => void
}

/** Leads to the pages before and after this one of a list; nothing where there is one page only. */
export function ListPages({ list: { page, pageRows, total, rows }, words, onPage }: Props) {
  const { t, f } = useWords()
  if (total <= pageRows) return null
  const first = page * pageRows
  const end = first + rows.length
  return (
    <InlineStack gap="300" blockAlign="center">
      <Pagination
        hasPrevious={page > 0}
        onPrevious={() => onPage(page - 1)}
        previousTooltip={t(`${words}.previous`)}
        hasNext={end < total}
        onNext={() => onPage(page + 1)}
        nextTooltip={t(`${words}.next`)}
      />
      <Text as="span" tone="subdued">
        {t(`${words}.rows`, { from: f.number(first + 1), to: f.number(end), n: f.number(total) })}
      </Text>
    </InlineStack>
  )
}
