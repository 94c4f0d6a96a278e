import {
  Badge,
  Banner,
  BlockStack,
  Box,
  Button,
  ButtonGroup,
  Card,
  Divider,
  InlineGrid,
  InlineStack,
  Link,
  Page,
  Text,
} from '@shopify/polaris'
import { LINK_ANSWERS } from '#app/domain/people-pages.ts'
import type {
  Agreement,
  LinkAnswer,
  LinkConflict,
  LinkedAccount,
  LinkEvidence,
  ReviewPage,
  ReviewRow,
} from '#app/domain/people-pages.ts'
import { useWords } from './i18n.tsx'
import { ListPages } from './list-pages.tsx'
import { LinkingFailed, LinkingState } from './linking-state.tsx'
import { useCustomerTitles } from './names.tsx'
import { EmptyCard } from './page-states.tsx'
import { StageBadge } from './stage-badge.tsx'

type Props = {
  page: ReviewPage
  /** The pair whose answer is being saved, as `a b`. */
  saving: string | null
  /** The last answer was to a pair that is no more. */
  isGone: boolean
  onAnswer: (a: string, b: string, answer: LinkAnswer) => void
  onShow: (show: ReviewPage['show']) => void
  onPage: (page: number) => void
}

type Titles = (id: string) => string

/** Pairs of accounts that look like one person's, with what speaks for it and what a link would change. */
export function PeopleScreen({ page, saving, isGone, onAnswer, onShow, onPage }: Props) {
  const { t, f } = useWords()
  const titleOf = useCustomerTitles('review', [
    ...new Set(page.rows.flatMap((row) => [row.a.customer, row.b.customer, ...(row.conflict?.with ?? [])])),
  ])
  const { linking } = page
  return (
    <Page title={t('linking.title')} backAction={{ content: t('nav.segments'), url: '/app/segments' }}>
      {linking.state === 'off' ? (
        <EmptyCard
          title={t('people.off.title')}
          text={t('people.off.text')}
          action={<Button url="/app/settings#people">{t('people.off.go')}</Button>}
        />
      ) : (
        <BlockStack gap="400">
          {linking.state === 'failed' ? <LinkingFailed linking={linking} /> : null}
          {isGone ? <Banner tone="info">{t('people.gone')}</Banner> : null}
          <Box paddingInline={{ xs: '400', sm: '0' }}>
            <BlockStack gap="300">
              <Text as="p">{t('people.intro')}</Text>
              <ButtonGroup variant="segmented">
                <Button pressed={page.show === 'waiting'} onClick={() => onShow('waiting')}>
                  {t('people.waiting', { n: f.number(page.waiting) })}
                </Button>
                <Button pressed={page.show === 'decided'} onClick={() => onShow('decided')}>
                  {t('people.decided', { n: f.number(page.decided) })}
                </Button>
              </ButtonGroup>
            </BlockStack>
          </Box>
          {page.rows.length > 0 ? null : linking.state === 'reading' || linking.state === 'linking' ? (
            <Card>
              <LinkingState linking={linking} />
            </Card>
          ) : (
            <EmptyCard title={t(`people.empty.${page.show}.title`)} text={t(`people.empty.${page.show}.text`)} />
          )}
          {page.rows.map((row) => (
            <PairCard
              key={`${row.a.customer} ${row.b.customer}`}
              row={row}
              titleOf={titleOf}
              isSaving={saving === `${row.a.customer} ${row.b.customer}`}
              isBusy={saving !== null}
              onAnswer={(answer) => onAnswer(row.a.customer, row.b.customer, answer)}
            />
          ))}
          <ListPages list={page} words="people" onPage={onPage} />
        </BlockStack>
      )}
    </Page>
  )
}

type PairProps = {
  row: ReviewRow
  titleOf: Titles
  isSaving: boolean
  isBusy: boolean
  onAnswer: (answer: LinkAnswer) => void
}

function PairCard({ row, titleOf, isSaving, isBusy, onAnswer }: PairProps) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            <Change row={row} />
          </Text>
          {row.conflict === null ? null : <Conflict conflict={row.conflict} titleOf={titleOf} />}
          {row.alsoConfirmed === 0 ? null : (
            <Text as="p" tone="subdued">
              {t('people.more', { count: row.alsoConfirmed, n: f.number(row.alsoConfirmed) })}
            </Text>
          )}
          {(row.joined?.benefits ?? 0) < 2 ? null : (
            <Text as="p" tone="caution">
              {t('people.benefits', { count: row.joined!.benefits, n: f.number(row.joined!.benefits) })}
            </Text>
          )}
        </BlockStack>
        <InlineGrid columns={{ xs: 1, sm: 2 }} gap="400">
          <Account account={row.a} titleOf={titleOf} />
          <Account account={row.b} titleOf={titleOf} />
        </InlineGrid>
        <Divider />
        <Evidence evidence={row.evidence} />
        <Divider />
        <Answers row={row} isSaving={isSaving} isBusy={isBusy} onAnswer={onAnswer} />
      </BlockStack>
    </Card>
  )
}

/** Which other answer does not go with this pair, what holds meanwhile, and what to do. */
function Conflict({ conflict, titleOf }: { conflict: LinkConflict; titleOf: Titles }) {
  const { t } = useWords()
  const [one, other] = conflict.with
  return (
    <Text as="p" tone="caution">
      {t(`people.conflict.${conflict.is}`, { one: titleOf(one), other: titleOf(other) })}
    </Text>
  )
}

/** "2 New become 1 Repeat." */
function Change({ row: { a, b, joined } }: { row: ReviewRow }) {
  const { t, f } = useWords()
  if (joined === null) return t('people.hidden')
  const after = t(`stage.${joined.stage}`)
  if (a.stage === null || b.stage === null) return t('people.unchanged', { joined: after })
  if (a.stage === b.stage)
    return t('people.same', { count: 2, stage: t(`stage.${a.stage}`), joined: after, n: f.number(2) })
  return t('people.mixed', { one: t(`stage.${a.stage}`), other: t(`stage.${b.stage}`), joined: after })
}

function Account({ account, titleOf }: { account: LinkedAccount; titleOf: Titles }) {
  const { t, f } = useWords()
  const { customer, stage, orders, lastAt, createdAt, benefits, attempts } = account
  const lines = [
    orders === 0 || lastAt === null
      ? t('people.account.none')
      : t('people.account.orders', { count: orders, n: f.number(orders), date: f.date(lastAt) }),
    benefits === 0
      ? t('people.account.noBenefit')
      : t('people.account.benefits', { count: benefits, n: f.number(benefits) }),
    ...(attempts === 0 ? [] : [t('people.account.attempts', { count: attempts, n: f.number(attempts) })]),
    t('people.account.since', { date: f.date(createdAt) }),
  ]
  return (
    <BlockStack gap="100">
      <InlineStack gap="200" blockAlign="center">
        <Link url={`/app/customers/${customer}`}>{titleOf(customer)}</Link>
        {stage === null ? null : <StageBadge segment={stage} />}
      </InlineStack>
      {lines.map((line) => (
        <Text as="p" key={line}>
          {line}
        </Text>
      ))}
    </BlockStack>
  )
}

const KEYS: readonly (keyof LinkEvidence)[] = ['email', 'phone', 'name', 'address']
const TONES: Record<Agreement, 'success' | undefined> = { same: 'success', different: undefined, unknown: undefined }

function Evidence({ evidence }: { evidence: LinkEvidence }) {
  const { t } = useWords()
  return (
    <BlockStack gap="200">
      <Text as="h3" variant="headingSm">
        {t('people.evidence')}
      </Text>
      {KEYS.map((key) => (
        <InlineStack key={key} align="space-between" gap="200" blockAlign="center">
          <Text as="span">{t(`people.key.${key}`)}</Text>
          <Badge tone={TONES[evidence[key]]}>{t(`people.agree.${evidence[key]}`)}</Badge>
        </InlineStack>
      ))}
    </BlockStack>
  )
}

function Answers({ row, isSaving, isBusy, onAnswer }: Omit<PairProps, 'titleOf'>) {
  const { t, f } = useWords()
  return (
    <BlockStack gap="200">
      {row.state === 'suggested' ? (
        <InlineStack gap="200">
          {LINK_ANSWERS.filter((answer) => answer !== 'suggested').map((answer) => (
            <Button
              key={answer}
              variant={answer === 'confirmed' ? 'primary' : undefined}
              disabled={isBusy}
              loading={isSaving && answer === 'confirmed'}
              onClick={() => onAnswer(answer)}
            >
              {t(`people.answer.${answer}`)}
            </Button>
          ))}
        </InlineStack>
      ) : (
        <InlineStack gap="300" blockAlign="center">
          <Text as="span" fontWeight="medium">
            {t(`people.answered.${row.state}`, { date: f.date(row.decidedAt ?? 0) })}
          </Text>
          <Button disabled={isBusy} loading={isSaving} onClick={() => onAnswer('suggested')}>
            {t('people.undo')}
          </Button>
        </InlineStack>
      )}
      {row.state === 'household' ? null : (
        <InlineStack gap="200" blockAlign="center">
          <Link url={row.mergeUrl} target="_top">
            {t('people.merge')}
          </Link>
          <Text as="span" tone="subdued">
            {t('people.mergeHint')}
          </Text>
        </InlineStack>
      )}
    </BlockStack>
  )
}
