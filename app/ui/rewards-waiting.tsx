import { Banner, BlockStack, Button, Card, InlineError, InlineStack, Link, List, Page, Text } from '@shopify/polaris'
import type { WaitingGrant, WaitingPage } from '#app/domain/rewards/pages.ts'
import { FreshnessTrouble } from './freshness.tsx'
import { useWords } from './i18n.tsx'
import { useCustomerTitles } from './names.tsx'
import { giftText } from './reward-text.ts'

/** `paid`, `again`: of a credit of which Shopify did not say whether it was paid. */
export type WaitingAnswer = 'give' | 'decline' | 'paid' | 'again'

const KNOWN_REFUSALS = ['had', 'budget', 'takers', 'ended']

export type WaitingProps = {
  page: WaitingPage
  /** The grant that is being answered; null: none. */
  busy: number | null
  /** Why the last answer was refused, and of which grant. */
  refused: { grant: number; key: string } | null
  onAnswer: (grant: number, answer: WaitingAnswer) => void
}

/** What waits for the merchant: what is known, and what each answer does. */
export function WaitingScreen(props: WaitingProps) {
  const { page } = props
  const { t, f } = useWords()
  const titleOf = useCustomerTitles(
    'customer',
    page.grants.map(({ customer }) => customer),
  )
  return (
    <Page title={t('rewards.waiting.title')} backAction={{ content: t('nav.rewards'), url: '/app/rewards' }}>
      <BlockStack gap="400">
        <FreshnessTrouble freshness={page.freshness} />
        {page.grants.length > 0 ? null : (
          <Card>
            <BlockStack gap="100">
              <Text as="h2" variant="headingMd">
                {t('rewards.waiting.none')}
              </Text>
              <Text as="p">{t('rewards.waiting.noneText')}</Text>
            </BlockStack>
          </Card>
        )}
        {page.all <= page.grants.length ? null : (
          <Banner>
            <Text as="p">
              {t('rewards.waiting.some', { n: f.number(page.grants.length), all: f.number(page.all) })}
            </Text>
          </Banner>
        )}
        {page.grants.map((grant) => (
          <Waiting key={grant.id} {...props} grant={grant} title={titleOf(grant.customer)} />
        ))}
      </BlockStack>
    </Page>
  )
}

function Waiting({
  page,
  grant,
  title,
  busy,
  refused,
  onAnswer,
}: WaitingProps & { grant: WaitingGrant; title: string }) {
  const { t, f } = useWords()
  const isAsked = grant.because.some(({ kind }) => kind === 'asked')
  const why = grant.state === 'parked' ? 'parked' : isAsked ? 'asked' : 'gone'
  const gift = giftText(t, f, grant.what, page.currency)
  const [yes, no] = grant.state === 'parked' ? (['paid', 'again'] as const) : (['give', 'decline'] as const)
  const labelOf = (answer: WaitingAnswer) =>
    t('rewards.waiting.for', { action: t(`rewards.waiting.${answer}`), who: title })
  const isMine = refused?.grant === grant.id
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack gap="200" blockAlign="center">
          <Text as="h2" variant="headingSm">
            <Link url={`/app/customers/${grant.customer}`}>{title}</Link>
          </Text>
          <Link url={`/app/rewards/${grant.reward}`} removeUnderline>
            {grant.name}
          </Link>
        </InlineStack>
        <Text as="p" fontWeight="medium">
          {t(`rewards.waiting.why.${why}`)}
        </Text>
        <List>
          <List.Item>{t('rewards.waiting.of', { gift, day: f.date(grant.grantedAt) })}</List.Item>
          <List.Item>{t('rewards.waiting.orders', { count: grant.orders, n: f.number(grant.orders) })}</List.Item>
          {grant.granted === 0 ? null : (
            <List.Item>
              {t('rewards.waiting.granted', {
                count: grant.granted,
                n: f.number(grant.granted),
                gone: f.number(grant.gone),
              })}
            </List.Item>
          )}
          {grant.accounts < 2 ? null : (
            <List.Item>
              {t('rewards.waiting.accounts', { count: grant.accounts, n: f.number(grant.accounts) })}
            </List.Item>
          )}
        </List>
        <Text as="p" tone="subdued">
          {t(`rewards.waiting.answers.${why}`)}
        </Text>
        {!isMine ? null : (
          <InlineError
            fieldID={`waiting-${grant.id}`}
            message={t(`rewards.waiting.refused.${KNOWN_REFUSALS.includes(refused.key) ? refused.key : 'other'}`)}
          />
        )}
        <InlineStack gap="200" blockAlign="center">
          <Button
            // Whether a credit was paid shows in Shopify: neither answer is put first.
            {...(grant.state === 'parked' ? {} : { variant: 'primary' as const })}
            loading={busy === grant.id}
            disabled={busy !== null}
            accessibilityLabel={labelOf(yes)}
            onClick={() => onAnswer(grant.id, yes)}
          >
            {t(`rewards.waiting.${yes}`)}
          </Button>
          <Button disabled={busy !== null} accessibilityLabel={labelOf(no)} onClick={() => onAnswer(grant.id, no)}>
            {t(`rewards.waiting.${no}`)}
          </Button>
          {grant.shopifyUrl === null ? null : (
            <Link url={grant.shopifyUrl} target="_top">
              {t('rewards.waiting.customer')}
            </Link>
          )}
        </InlineStack>
      </BlockStack>
    </Card>
  )
}
