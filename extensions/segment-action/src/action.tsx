/** @jsxImportSource preact */
import '@shopify/ui-extensions/preact'
import type { Api } from '@shopify/ui-extensions/admin.customer-segment-details.action.render'
import { render } from 'preact'
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { BlockLocale, KnownSegment, SegmentBlockAnswer, SegmentBlockQuestion } from '../../../app/domain/wire.ts'
import { askMorello, type NoAnswer } from '../../ask-morello.ts'
import { Unanswered } from '../../unanswered.tsx'
import { membersOf } from './members.ts'

declare const shopify: Api
const t = (key: string, values?: Record<string, string>): string => shopify.i18n.translate(key, values)

type Shown = SegmentBlockAnswer | NoAnswer | { state: 'empty' } | { state: 'no-members' }
type Answered = { answer: Shown; asked: number; total: number }

/** Shopify calls it when somebody opens the action from a segment. */
export default function action(): void {
  render(<SegmentAction />, document.body)
}

function SegmentAction() {
  const [answered, setAnswered] = useState<Answered | null>(null)
  const [tries, setTries] = useState(0)
  useEffect(() => {
    let isWanted = true
    setAnswered(null)
    void ask().then((given) => {
      if (isWanted) setAnswered(given)
    })
    return () => {
      isWanted = false
    }
  }, [tries])
  return (
    <s-admin-action heading={t('name')}>
      {shown(answered)}
      {answered?.answer.state === 'down' || answered?.answer.state === 'no-members' ? (
        <s-button slot="primary-action" onClick={() => setTries(tries + 1)}>
          {t('tryAgain')}
        </s-button>
      ) : null}
      <s-button slot="secondary-actions" onClick={() => shopify.close()}>
        {t('close')}
      </s-button>
    </s-admin-action>
  )
}

async function ask(): Promise<Answered> {
  const members = await membersOf(shopify)
  if (members === null) return { answer: { state: 'no-members' }, asked: 0, total: 0 }
  const { ids, total } = members
  if (ids.length === 0) return { answer: { state: 'empty' }, asked: 0, total }
  const locale: BlockLocale = t('locale') === 'ko' ? 'ko' : 'en'
  const answer = await askMorello<SegmentBlockAnswer>('/block/segment', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ids, locale } satisfies SegmentBlockQuestion),
  })
  return { answer, asked: ids.length, total }
}

function shown(answered: Answered | null): ComponentChildren {
  switch (answered?.answer.state) {
    case undefined:
      return <s-spinner accessibilityLabel={t('loading')} />
    case 'known':
      return <Known segment={answered!.answer.segment} asked={answered!.asked} total={answered!.total} />
    case 'empty':
      return <s-paragraph>{t('empty')}</s-paragraph>
    case 'no-members':
      return (
        <s-banner tone="warning" heading={t('noMembers.title')}>
          {t('noMembers.text')}
        </s-banner>
      )
    default:
      return <Unanswered state={answered!.answer.state} t={t} />
  }
}

function Known({ segment, asked, total }: { segment: KnownSegment; asked: number; total: number }) {
  const number = shopify.i18n.formatNumber
  return (
    <s-stack gap="base">
      {total > asked ? (
        <s-paragraph>{t('firstOnly', { asked: number(asked), total: number(total) })}</s-paragraph>
      ) : null}
      <s-table>
        <s-table-header-row>
          <s-table-header>{t('stage')}</s-table-header>
          <s-table-header format="numeric">{t('customers')}</s-table-header>
          <s-table-header format="numeric">{t('share')}</s-table-header>
        </s-table-header-row>
        <s-table-body>
          {segment.rows.map((row) => (
            <s-table-row key={row.stage}>
              <s-table-cell>{row.label}</s-table-cell>
              <s-table-cell>{row.customers}</s-table-cell>
              <s-table-cell>{row.share}</s-table-cell>
            </s-table-row>
          ))}
        </s-table-body>
      </s-table>
      <s-unordered-list>
        <s-list-item>{t('late', { n: segment.late })}</s-list-item>
        {segment.flag === null ? null : (
          <s-list-item>{t('flag', { name: segment.flag.label, n: segment.flag.customers })}</s-list-item>
        )}
        {segment.revenueShare === null ? null : (
          <s-list-item>{t('revenue', { share: segment.revenueShare })}</s-list-item>
        )}
        {segment.lastOrderUnknown === null ? null : (
          <s-list-item>{t('lastOrderUnknown', { n: segment.lastOrderUnknown })}</s-list-item>
        )}
        {segment.unknown === null ? null : <s-list-item>{t('unknown', { n: segment.unknown })}</s-list-item>}
      </s-unordered-list>
      {segment.isLate ? (
        <s-text tone="critical">{segment.asOf}</s-text>
      ) : (
        <s-text color="subdued">{segment.asOf}</s-text>
      )}
    </s-stack>
  )
}
