import { Banner, BlockStack, Text } from '@shopify/polaris'
import type { ReactNode } from 'react'
import type { Problem } from '#app/domain/pages.ts'
import { useBrowserNow, useWords } from './i18n.tsx'

/** What happened, what is still safe, what comes next and when; red, and where it belongs. */
export function ProblemBanner({ problem, children }: { problem: Problem; children?: ReactNode }) {
  const { t } = useWords()
  return (
    <Banner tone="critical" title={t(`problem.${problem.kind}.title`)}>
      <BlockStack gap="200">
        <ProblemText problem={problem} />
        {children}
      </BlockStack>
    </Banner>
  )
}

export function ProblemText({ problem }: { problem: Problem }) {
  const { t, f } = useWords()
  const now = useBrowserNow()
  // A time that has passed promises nothing any more.
  const nextTryAt = problem.nextTryAt !== undefined && (now ?? 0) < problem.nextTryAt ? problem.nextTryAt : null
  return (
    <BlockStack gap="100">
      <Text as="p">{t(`problem.${problem.kind}.text`)}</Text>
      {problem.detail ? <Text as="p">{t('problem.detail', { detail: problem.detail })}</Text> : null}
      {nextTryAt === null ? null : <Text as="p">{t('problem.nextTry', { time: f.dateTime(nextTryAt) })}</Text>}
    </BlockStack>
  )
}

const KNOWN_REFUSALS = ['tag-run-under-way', 'nothing-to-undo', 'tagging-is-starting']

/** A click that was refused: why, and what to do; nothing was changed by it. */
export function Refused({ why }: { why: string }) {
  const { t } = useWords()
  return (
    <Banner tone="warning" title={t('refused.title')}>
      <Text as="p">{t(`refused.${KNOWN_REFUSALS.includes(why) ? why : 'other'}`)}</Text>
    </Banner>
  )
}
