/** @jsxImportSource preact */
import '@shopify/ui-extensions/preact'
import type { Api } from '@shopify/ui-extensions/admin.customer-details.block.render'
import { render } from 'preact'
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { BlockLocale, CustomerBlockAnswer, KnownCustomer } from '../../../app/domain/wire.ts'
import { askMorello, type NoAnswer } from '../../ask-morello.ts'
import { Unanswered } from '../../unanswered.tsx'

declare const shopify: Api
const t = (key: string): string => shopify.i18n.translate(key)

const TONES: Record<string, 'auto' | 'info' | 'success' | 'warning'> = {
  prospect: 'auto',
  new: 'info',
  'one-and-done': 'auto',
  repeat: 'success',
  loyal: 'success',
  'at-risk': 'warning',
  lapsed: 'auto',
}

/** Shopify calls it once, when somebody opens the customer's page. */
export default function block(): void {
  render(<CustomerBlock />, document.body)
}

function CustomerBlock() {
  const [answer, setAnswer] = useState<CustomerBlockAnswer | NoAnswer | null>(null)
  const [tries, setTries] = useState(0)
  useEffect(() => {
    let isWanted = true
    setAnswer(null)
    void ask().then((given) => {
      if (isWanted) setAnswer(given)
    })
    return () => {
      isWanted = false
    }
  }, [tries])
  return (
    <s-admin-block heading={t('name')} collapsedSummary={summaryOf(answer)}>
      {shown(answer, () => setTries(tries + 1))}
    </s-admin-block>
  )
}

/** What still stands there while the block is shut. */
function summaryOf(answer: CustomerBlockAnswer | NoAnswer | null): string {
  if (answer?.state === 'known') return answer.customer.label
  return answer?.state === 'unplaced' ? answer.title : ''
}

function ask(): Promise<CustomerBlockAnswer | NoAnswer> {
  const id = shopify.data.selected[0]?.id.split('/').at(-1)
  if (!id) return Promise.resolve({ state: 'unknown' })
  const locale: BlockLocale = t('locale') === 'ko' ? 'ko' : 'en'
  return askMorello<CustomerBlockAnswer>(`/block/customer?id=${encodeURIComponent(id)}&locale=${locale}`)
}

function shown(answer: CustomerBlockAnswer | NoAnswer | null, tryAgain: () => void): ComponentChildren {
  switch (answer?.state) {
    case undefined:
      return <s-spinner accessibilityLabel={t('loading')} />
    case 'known':
      return <Known customer={answer.customer} />
    case 'unplaced':
      return (
        <s-stack gap="base">
          <s-heading>{answer.title}</s-heading>
          <s-paragraph>{answer.text}</s-paragraph>
          <s-link href={`app:${answer.path}`}>{t('seeAll')}</s-link>
        </s-stack>
      )
    case 'unknown':
      return <s-paragraph>{t('unknown')}</s-paragraph>
    default:
      return (
        <Unanswered state={answer!.state} t={t}>
          <s-button onClick={tryAgain}>{t('tryAgain')}</s-button>
        </Unanswered>
      )
  }
}

function Known({ customer }: { customer: KnownCustomer }) {
  return (
    <s-stack gap="base">
      <s-badge tone={TONES[customer.stage] ?? 'auto'}>{customer.since}</s-badge>
      <s-paragraph>{customer.why}</s-paragraph>
      <s-paragraph>{customer.next}</s-paragraph>
      {customer.reward ? <s-paragraph>{customer.reward}</s-paragraph> : null}
      {customer.keptOut.map((line) => (
        <s-paragraph key={line}>{line}</s-paragraph>
      ))}
      <s-stack gap="small-300">
        <s-heading>{t('window')}</s-heading>
        <s-text>{customer.window}</s-text>
      </s-stack>
      <s-stack gap="small-300">
        <s-heading>{t('moves')}</s-heading>
        {customer.moves.length === 0 ? (
          <s-text>{t('noMoves')}</s-text>
        ) : (
          <s-unordered-list>
            {customer.moves.map((move) => (
              <s-list-item key={move}>{move}</s-list-item>
            ))}
          </s-unordered-list>
        )}
      </s-stack>
      {customer.flag === null ? null : <s-text>{customer.flag}</s-text>}
      <s-stack direction="inline" gap="base">
        <s-link href={`app:${customer.path}`}>{t('seeAll')}</s-link>
        {customer.isLate ? (
          <s-text tone="critical">{customer.asOf}</s-text>
        ) : (
          <s-text color="subdued">{customer.asOf}</s-text>
        )}
      </s-stack>
    </s-stack>
  )
}
