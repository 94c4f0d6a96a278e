import { BlockStack, Box, Button, InlineStack, Select, Text, TextField } from '@shopify/polaris'
import type { OwnEditor } from '#app/domain/own-pages.ts'
import {
  DEEPEST,
  MONEY_FEATURES,
  MOST_CHECKOUT_DAYS,
  RFM_GROUPS,
  SPEND_TIERS,
  VISIT_FEATURES,
  type WordFeature,
} from '#app/domain/rules/rule.ts'
import { STAGES } from '#app/domain/stages.ts'
import { useWords } from './i18n.tsx'
import {
  MODES,
  SUBJECTS,
  freshCondition,
  freshDraft,
  type DraftCondition,
  type DraftGroup,
  type DraftItem,
} from './own-draft.ts'
import { wordText } from './own-text.ts'

type Offers = Pick<
  OwnEditor,
  | 'tags'
  | 'products'
  | 'collections'
  | 'answers'
  | 'learnsFromVisits'
  | 'categories'
  | 'countries'
  | 'others'
  | 'currency'
>
type GroupProps = {
  group: DraftGroup
  depth: number
  offers: Offers
  onChange: (group: DraftGroup) => void
  onRemove?: () => void
}

/** A group of conditions with how they join; groups stand inside one another up to a depth. */
export function RuleGroup({ group, depth, offers, onChange, onRemove }: GroupProps) {
  const { t } = useWords()
  const setItem = (place: number, item: DraftItem) =>
    onChange({ ...group, items: group.items.map((each, i) => (i === place ? item : each)) })
  const without = (place: number) => onChange({ ...group, items: group.items.filter((_, i) => i !== place) })
  const isLast = group.items.length === 1
  return (
    <Box
      padding={depth === 1 ? '0' : '300'}
      borderWidth={depth === 1 ? '0' : '025'}
      borderColor="border"
      borderRadius="200"
      background={depth % 2 === 0 ? 'bg-surface-secondary' : 'bg-surface'}
    >
      <BlockStack gap="300">
        <InlineStack gap="200" align="space-between" blockAlign="end">
          <Select
            label={depth === 1 ? t('own.joined') : t('own.joinedInner')}
            options={MODES.map((mode) => ({ value: mode, label: t(`own.mode.${mode}`) }))}
            value={group.mode}
            onChange={(mode) => onChange({ ...group, mode: mode as DraftGroup['mode'] })}
          />
          {onRemove ? (
            <Button variant="tertiary" onClick={onRemove} accessibilityLabel={t('own.removeGroup')}>
              {t('own.remove')}
            </Button>
          ) : null}
        </InlineStack>
        {group.items.map((item, place) =>
          item.kind === 'group' ? (
            <RuleGroup
              key={place}
              group={item}
              depth={depth + 1}
              offers={offers}
              onChange={(changed) => setItem(place, changed)}
              onRemove={() => without(place)}
            />
          ) : (
            <ConditionRow
              key={place}
              condition={item}
              offers={offers}
              onChange={(changed) => setItem(place, changed)}
              {...(isLast && depth === 1 ? {} : { onRemove: () => without(place) })}
            />
          ),
        )}
        <InlineStack gap="200">
          <Button
            onClick={() => onChange({ ...group, items: [...group.items, freshCondition('number:since-last-days')] })}
          >
            {t('own.addCondition')}
          </Button>
          {depth < DEEPEST ? (
            <Button
              variant="tertiary"
              onClick={() => onChange({ ...group, items: [...group.items, { ...freshDraft(), mode: 'any' }] })}
            >
              {t('own.addGroup')}
            </Button>
          ) : null}
        </InlineStack>
      </BlockStack>
    </Box>
  )
}

type RowProps = {
  condition: DraftCondition
  offers: Offers
  onChange: (condition: DraftCondition) => void
  onRemove?: () => void
}

function ConditionRow({ condition, offers, onChange, onRemove }: RowProps) {
  const { t } = useWords()
  // What there is nothing to choose from is not offered, unless it is what the rule says.
  const isOffered = (about: string) =>
    about === condition.about ||
    !(
      (about === 'tag' && offers.tags.length === 0) ||
      (about === 'bought' && offers.products.length === 0) ||
      (about === 'bought-in' && offers.collections.length === 0) ||
      (about === 'interested-in' && offers.categories.length === 0) ||
      (!offers.learnsFromVisits && VISIT_FEATURES.some((feature) => about === `number:${feature}`)) ||
      (about === 'answered' && offers.answers.length === 0) ||
      (about === 'one-of:country' && offers.countries.length === 0) ||
      (about === 'segment' && offers.others.length === 0)
    )
  return (
    <Box borderInlineStartWidth="050" borderColor="border" paddingInlineStart="300">
      <InlineStack gap="200" blockAlign="end" wrap>
        <Box minWidth="220px">
          <Select
            label={t('own.what')}
            options={SUBJECTS.filter(isOffered).map((about) => ({
              value: about,
              label: t(`own.about.${about.replace(':', '-')}`),
            }))}
            value={condition.about}
            onChange={(about) => onChange(freshCondition(about))}
          />
        </Box>
        <Comparison condition={condition} onChange={onChange} />
        <Value condition={condition} offers={offers} onChange={onChange} />
        {onRemove ? (
          <Button variant="tertiary" onClick={onRemove} accessibilityLabel={t('own.removeCondition')}>
            {t('own.remove')}
          </Button>
        ) : null}
      </InlineStack>
    </Box>
  )
}

function Comparison({ condition, onChange }: Omit<RowProps, 'offers'>) {
  const { t } = useWords()
  const { about } = condition
  const ops = about.startsWith('number:')
    ? (['at-least', 'at-most', 'exactly'] as const)
    : about.startsWith('date:')
      ? (['since', 'before'] as const)
      : (['is', 'is-not'] as const)
  return (
    <Select
      label={t('own.how')}
      options={ops.map((op) => ({ value: op, label: t(`own.choose.${op}`) }))}
      value={condition.op}
      onChange={(op) => onChange({ ...condition, op })}
    />
  )
}

function Value({ condition, offers, onChange }: Omit<RowProps, 'onRemove'>) {
  const { t } = useWords()
  const { about, value } = condition
  const set = (changed: string) => onChange({ ...condition, value: changed })
  if (about.startsWith('number:')) {
    const isMoney = MONEY_FEATURES.some((feature) => about === `number:${feature}`)
    const unit = isMoney
      ? offers.currency
      : about.endsWith('-days')
        ? t('own.unit.days')
        : about.endsWith('-percent')
          ? '%'
          : undefined
    return (
      <Box minWidth="110px" maxWidth="190px">
        <TextField
          label={t('own.value')}
          value={value}
          onChange={set}
          inputMode={isMoney ? 'decimal' : 'numeric'}
          autoComplete="off"
          {...(unit === undefined ? {} : { suffix: unit })}
        />
      </Box>
    )
  }
  if (about.startsWith('date:'))
    return <TextField label={t('own.value')} type="date" value={value} onChange={set} autoComplete="off" />
  if (about === 'stage') return <Stages condition={condition} onChange={onChange} />
  if (about === 'tag')
    return <Chosen label={t('own.value')} value={value} options={offers.tags.map(sameLabel)} onChange={set} />
  if (about === 'segment')
    return (
      <Chosen
        label={t('own.value')}
        value={value}
        options={offers.others.map(({ id, name }) => ({ value: String(id), label: name }))}
        onChange={set}
      />
    )
  if (about === 'bought-in') return <FromCollection condition={condition} offers={offers} onChange={onChange} />
  if (about === 'interested-in') return <Titled condition={condition} offered={offers.categories} onChange={onChange} />
  if (about === 'left-checkout') return <Within condition={condition} onChange={onChange} />
  if (about === 'answered') return <Titled condition={condition} offered={offers.answers} onChange={onChange} />
  if (about.startsWith('one-of:')) return <OneOf condition={condition} offers={offers} onChange={onChange} />
  if (about === 'bought') return <Product condition={condition} offers={offers} onChange={onChange} />
  return null
}

function sameLabel(text: string) {
  return { value: text, label: text }
}

type ChosenProps = {
  label: string
  value: string
  options: { value: string; label: string }[]
  onChange: (value: string) => void
}

/** One of what the shop has; what the rule says stays to be seen, also when the shop has it no more. */
function Chosen({ label, value, options, onChange }: ChosenProps) {
  const { t } = useWords()
  const isKnown = options.some((option) => option.value === value)
  return (
    <Box minWidth="200px" maxWidth="320px">
      <Select
        label={label}
        options={isKnown || value === '' ? options : [...options, sameLabel(value)]}
        value={value}
        placeholder={t('own.choosePlease')}
        onChange={onChange}
      />
    </Box>
  )
}

function Product({ condition, offers, onChange }: Omit<RowProps, 'onRemove'>) {
  return (
    <>
      <Titled condition={condition} offered={offers.products} onChange={onChange} />
      <Within condition={condition} onChange={onChange} />
    </>
  )
}

function FromCollection({ condition, offers, onChange }: Omit<RowProps, 'onRemove'>) {
  const { t } = useWords()
  return (
    <>
      <Titled condition={condition} offered={offers.collections} onChange={onChange} />
      <Box maxWidth="130px">
        <TextField
          label={t('own.atLeastTimes')}
          value={condition.times}
          suffix={t('own.unit.times')}
          inputMode="numeric"
          autoComplete="off"
          onChange={(times) => onChange({ ...condition, times })}
        />
      </Box>
      <Within condition={condition} onChange={onChange} />
    </>
  )
}

type TitledProps = Pick<RowProps, 'condition' | 'onChange'> & { offered: { id: string; title: string }[] }

/** A product, a collection or a choice: kept by its id, and told by what it was called when it was chosen. */
function Titled({ condition, offered, onChange }: TitledProps) {
  const { t } = useWords()
  const options = offered.map(({ id, title }) => ({ value: id, label: title }))
  const isKnown = options.some((option) => option.value === condition.value)
  const all =
    isKnown || condition.value === '' ? options : [...options, { value: condition.value, label: condition.title }]
  return (
    <Chosen
      label={t('own.value')}
      value={condition.value}
      options={all}
      onChange={(value) =>
        onChange({ ...condition, value, title: all.find((option) => option.value === value)?.label ?? '' })
      }
    />
  )
}

function Within({ condition, onChange }: Pick<RowProps, 'condition' | 'onChange'>) {
  const { t } = useWords()
  return (
    <Box maxWidth="190px">
      <TextField
        label={t('own.within')}
        value={condition.within}
        placeholder={condition.about === 'left-checkout' ? String(MOST_CHECKOUT_DAYS) : t('own.ever')}
        suffix={t('own.unit.days')}
        inputMode="numeric"
        autoComplete="off"
        onChange={(within) => onChange({ ...condition, within })}
      />
    </Box>
  )
}

function OneOf({ condition, offers, onChange }: Omit<RowProps, 'onRemove'>) {
  const { t, f } = useWords()
  const feature = condition.about.slice('one-of:'.length) as WordFeature
  const offered: readonly string[] =
    feature === 'rfm-group' ? RFM_GROUPS : feature === 'spend-tier' ? SPEND_TIERS : offers.countries
  return (
    <Pressed
      // What the rule says stays to be seen, also where nobody lives there any more.
      options={[...new Set([...offered, ...condition.words])].map((word) => ({
        value: word,
        label: wordText(t, f, feature, word),
      }))}
      chosen={condition.words}
      onChange={(words) => onChange({ ...condition, words })}
    />
  )
}

function Stages({ condition, onChange }: Omit<RowProps, 'offers' | 'onRemove'>) {
  const { t } = useWords()
  return (
    <Pressed
      options={STAGES.map((stage) => ({ value: stage, label: t(`stage.${stage}`) }))}
      chosen={condition.stages}
      onChange={(stages) => onChange({ ...condition, stages })}
    />
  )
}

type PressedProps<T extends string> = {
  options: { value: T; label: string }[]
  chosen: T[]
  onChange: (chosen: T[]) => void
}

/** Any number of a few. */
function Pressed<T extends string>({ options, chosen, onChange }: PressedProps<T>) {
  const { t } = useWords()
  return (
    <BlockStack gap="100">
      <Text as="span">{t('own.value')}</Text>
      <InlineStack gap="100" wrap>
        {options.map(({ value, label }) => {
          const isIn = chosen.includes(value)
          const then = isIn ? chosen.filter((each) => each !== value) : [...chosen, value]
          return (
            <Button key={value} pressed={isIn} size="slim" onClick={() => onChange(then)}>
              {label}
            </Button>
          )
        })}
      </InlineStack>
    </BlockStack>
  )
}
