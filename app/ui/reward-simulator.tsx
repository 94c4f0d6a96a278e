import {
  Banner,
  BlockStack,
  Button,
  Card,
  FormLayout,
  InlineStack,
  Page,
  Select,
  Text,
  TextField,
} from '@shopify/polaris'
import { useEffect, useRef, useState } from 'react'
import { LINES_MAX, type Question, type SimulatorPage } from '#app/domain/rewards/simulation.ts'
import { useWords } from './i18n.tsx'
import { EmptyCard } from './page-states.tsx'
import { draftOf, questionOf, type LineDraft, type SimulatorDraft } from './reward-simulator-fields.ts'
import { SimulatorResult } from './reward-simulator-result.tsx'

type Props = {
  page: SimulatorPage
  isBusy: boolean
  onTry: (question: Question) => void
  onAllow: () => void
  onAgain: () => void
}

const WHO: readonly Question['who'][] = ['guest', 'new', 'customer', 'address']

/** Will it really apply? A basket and a buyer, and what checkout would make of them. */
export function SimulatorScreen({ page, isBusy, onTry, onAllow, onAgain }: Props) {
  const { t } = useWords()
  const [draft, setDraft] = useState(() => draftOf(page.question, page.currency))
  const [wrong, setWrong] = useState<string | null>(null)
  const result = useRef<HTMLDivElement>(null)
  const at = page.result?.at
  const seen = useRef(at)
  // What was asked for may stand below the screen: whoever tries is led to the answer.
  useEffect(() => {
    if (seen.current !== at) result.current?.focus()
    seen.current = at
  }, [at])
  function change(more: Partial<SimulatorDraft>) {
    setDraft({ ...draft, ...more })
    setWrong(null)
  }
  function tryIt() {
    const read = questionOf(draft, page.currency)
    setWrong(read.wrong)
    if (read.question !== null) onTry(read.question)
  }
  const errorOf = (field: string) => (wrong === field ? { error: t(`simulator.refused.${field}`) } : {})
  const isNamed = draft.who === 'customer' || draft.who === 'address'
  return (
    <Page
      title={t('simulator.title')}
      subtitle={t('simulator.intro')}
      backAction={{ content: t('nav.rewards'), url: '/app/rewards' }}
    >
      <BlockStack gap="400">
        <ReadBanner read={page.read} isBusy={isBusy} onAllow={onAllow} onAgain={onAgain} />
        <Card>
          <BlockStack gap="400">
            <FormLayout>
              <FormLayout.Group>
                <Select
                  label={t('simulator.field.who')}
                  options={WHO.map((value) => ({ value, label: t(`simulator.who.${value}`) }))}
                  value={draft.who}
                  helpText={t(`simulator.whoHelp.${draft.who}`)}
                  onChange={(who) => change({ who: who as Question['who'] })}
                />
                {isNamed ? (
                  <TextField
                    label={t('simulator.field.customer')}
                    value={draft.customer}
                    inputMode="numeric"
                    autoComplete="off"
                    helpText={t('simulator.help.customer')}
                    onChange={(customer) => change({ customer })}
                    {...(page.unknownCustomer !== null && page.unknownCustomer === draft.customer
                      ? { error: t('simulator.refused.unknown') }
                      : errorOf('customer'))}
                  />
                ) : null}
              </FormLayout.Group>
              {draft.lines.map((line, place) => (
                <LineFields
                  // Lines have no name of their own; none is put between others.
                  key={place}
                  line={line}
                  place={place}
                  page={page}
                  errorOf={errorOf}
                  onChange={(more) =>
                    change({ lines: draft.lines.map((one, at) => (at === place ? { ...one, ...more } : one)) })
                  }
                  onRemove={
                    draft.lines.length === 1
                      ? null
                      : () => change({ lines: draft.lines.filter((_one, at) => at !== place) })
                  }
                />
              ))}
              {draft.lines.length >= LINES_MAX ? null : (
                <Button
                  variant="plain"
                  onClick={() => change({ lines: [...draft.lines, { item: '', price: '', quantity: '1' }] })}
                >
                  {t('simulator.addLine')}
                </Button>
              )}
              <FormLayout.Group>
                <TextField
                  label={t('simulator.field.shipping')}
                  value={draft.shipping}
                  suffix={page.currency}
                  inputMode="decimal"
                  autoComplete="off"
                  helpText={t('simulator.help.shipping')}
                  onChange={(shipping) => change({ shipping })}
                  {...errorOf('shipping')}
                />
                <TextField
                  label={t('simulator.field.codes')}
                  value={draft.codes}
                  autoComplete="off"
                  helpText={
                    page.codes.length === 0
                      ? t('simulator.help.codes')
                      : t('simulator.help.codesKnown', { codes: page.codes.join(', ') })
                  }
                  onChange={(codes) => change({ codes })}
                  {...errorOf('codes')}
                />
              </FormLayout.Group>
            </FormLayout>
            <InlineStack>
              <Button variant="primary" loading={isBusy} onClick={tryIt}>
                {t('simulator.try')}
              </Button>
            </InlineStack>
          </BlockStack>
        </Card>
        {page.result === null ? (
          <EmptyCard title={t('simulator.empty.title')} text={t('simulator.empty.text')} />
        ) : (
          <div ref={result} tabIndex={-1}>
            <SimulatorResult page={page} result={page.result} />
          </div>
        )}
      </BlockStack>
    </Page>
  )
}

type LineProps = {
  line: LineDraft
  place: number
  page: SimulatorPage
  errorOf: (field: string) => { error?: string }
  onChange: (more: Partial<LineDraft>) => void
  onRemove: (() => void) | null
}

function LineFields({ line, place, page, errorOf, onChange, onRemove }: LineProps) {
  const { t, f } = useWords()
  const n = f.number(place + 1)
  return (
    <FormLayout.Group>
      {page.items.length === 0 ? null : (
        <Select
          label={t('simulator.field.item', { n })}
          options={[
            { value: '', label: t('simulator.item.any') },
            ...page.items.map(({ id, kind, title }) => ({ value: id, label: t(`simulator.item.${kind}`, { title }) })),
          ]}
          value={line.item}
          onChange={(item) => onChange({ item })}
        />
      )}
      <TextField
        label={t('simulator.field.price', { n })}
        value={line.price}
        suffix={page.currency}
        inputMode="decimal"
        autoComplete="off"
        onChange={(price) => onChange({ price })}
        {...errorOf('price')}
      />
      <TextField
        label={t('simulator.field.quantity', { n })}
        value={line.quantity}
        inputMode="numeric"
        autoComplete="off"
        onChange={(quantity) => onChange({ quantity })}
        {...errorOf('quantity')}
        {...(onRemove === null ? {} : { labelAction: { content: t('simulator.removeLine'), onAction: onRemove } })}
      />
    </FormLayout.Group>
  )
}

function ReadBanner({
  read,
  isBusy,
  onAllow,
  onAgain,
}: Pick<SimulatorPage, 'read'> & Pick<Props, 'isBusy' | 'onAllow' | 'onAgain'>) {
  const { t } = useWords()
  if (read.kind === 'all')
    return read.hasMore ? (
      <Banner tone="info">
        <Text as="p">{t('simulator.read.more')}</Text>
      </Banner>
    ) : null
  const isDenied = read.kind === 'no-permission'
  return (
    <Banner
      tone={isDenied ? 'info' : 'warning'}
      title={t(`simulator.read.${read.kind}.title`)}
      action={{
        content: t(`simulator.read.${read.kind}.action`),
        loading: isBusy,
        onAction: isDenied ? onAllow : onAgain,
      }}
    >
      <Text as="p">{t(`simulator.read.${read.kind}.text`)}</Text>
    </Banner>
  )
}
