import { BlockStack, Button, Divider, FormLayout, InlineStack, Select, Text, TextField } from '@shopify/polaris'
import {
  CONDITIONS_MAX,
  CONDITION_KINDS,
  STEPS_MAX,
  asksForOrder,
  type RewardCondition,
  type RewardGift,
} from '#app/domain/rewards/reward.ts'
import { SURVEY_PARTS, type SurveyPart } from '#app/domain/survey.ts'
import { useWords } from './i18n.tsx'
import { GIFT_KINDS } from './reward-blanks.tsx'
import { conditionDraftOf, freshStep, type ConditionDraft, type StepDraft } from './reward-draft.ts'
import type { RewardFormProps } from './reward-form.tsx'
import { refusalAt } from './reward-refusal.ts'

/** What somebody has to do and what they get for it, one step after another. */
export function RewardSteps(props: RewardFormProps) {
  const { draft, problems, onChange } = props
  const { t, f } = useWords()
  const { steps } = draft
  const problem = problems['steps'] === undefined ? undefined : refusalAt(t, problems, 'steps')
  return (
    <BlockStack gap="400">
      {steps.map((step, place) => (
        <BlockStack gap="300" key={place}>
          {place === 0 ? null : <Divider />}
          <InlineStack align="space-between" blockAlign="center">
            <Text as="h3" variant="headingSm">
              {steps.length === 1 ? t('rewards.steps.only') : t('rewards.steps.nth', { n: f.number(place + 1) })}
            </Text>
            {steps.length === 1 ? null : (
              <Button
                variant="plain"
                tone="critical"
                accessibilityLabel={t('rewards.steps.removeNth', { n: f.number(place + 1) })}
                onClick={() => onChange({ ...draft, steps: steps.filter((_, other) => other !== place) })}
              >
                {t('rewards.steps.remove')}
              </Button>
            )}
          </InlineStack>
          <Step
            {...props}
            step={step}
            place={place}
            onStep={(changed) =>
              onChange({ ...draft, steps: steps.map((each, other) => (other === place ? changed : each)) })
            }
          />
        </BlockStack>
      ))}
      {problem === undefined ? null : (
        <Text as="p" tone="critical">
          {problem}
        </Text>
      )}
      {steps.length >= STEPS_MAX ? null : (
        <BlockStack gap="100" inlineAlign="start">
          <Button onClick={() => onChange({ ...draft, take: 'given', steps: [...steps, freshStep(steps.length)] })}>
            {t('rewards.steps.add')}
          </Button>
          <Text as="p" tone="subdued">
            {t('rewards.steps.addHelp')}
          </Text>
        </BlockStack>
      )}
    </BlockStack>
  )
}

type StepProps = RewardFormProps & { step: StepDraft; place: number; onStep: (step: StepDraft) => void }

function Step(props: StepProps) {
  const { draft, step, place, problems, onStep } = props
  const { t } = useWords()
  const path = `steps.${place}`
  const kinds = CONDITION_KINDS.filter((kind) => place > 0 || draft.who !== 'first-order' || !isOfOrders(kind))
  const parts = SURVEY_PARTS.filter(
    (which) => place > 0 || draft.who !== 'first-order' || !asksForOrder({ kind: 'survey', which }),
  )
  const unused = kinds.find((kind) => !step.conditions.some((one) => one.kind === kind)) ?? kinds[0]!
  return (
    <FormLayout>
      <What {...props} />
      {step.conditions.map((condition, at) => (
        <Condition
          key={at}
          condition={condition}
          kinds={kinds}
          parts={parts}
          problem={refusalAt(t, problems, `${path}.conditions.${at}`)}
          // A later step without a condition would be there at once.
          mayGo={place === 0 || step.conditions.length > 1}
          onChange={(changed) =>
            onStep({ ...step, conditions: step.conditions.map((one, i) => (i === at ? changed : one)) })
          }
          onRemove={() => onStep({ ...step, conditions: step.conditions.filter((_, i) => i !== at) })}
        />
      ))}
      {step.conditions.length < 2 ? null : (
        <Select
          label={t('rewards.field.join')}
          options={(['and', 'or'] as const).map((value) => ({ value, label: t(`rewards.join.${value}`) }))}
          value={step.join}
          onChange={(join) => onStep({ ...step, join: join === 'or' ? 'or' : 'and' })}
        />
      )}
      {step.conditions.length >= CONDITIONS_MAX ? null : (
        <Button
          onClick={() =>
            onStep({ ...step, conditions: [...step.conditions, conditionDraftOf(freshCondition(unused, place))] })
          }
        >
          {t('rewards.steps.addCondition')}
        </Button>
      )}
      {step.conditions.length === 0 ? null : (
        <TextField
          label={t('rewards.field.wait')}
          value={step.waitDays}
          suffix={t('rewards.days')}
          inputMode="numeric"
          onChange={(waitDays) => onStep({ ...step, waitDays })}
          error={refusalAt(t, problems, `${path}.waitDays`)}
          helpText={t('rewards.help.wait')}
          autoComplete="off"
        />
      )}
    </FormLayout>
  )
}

function isOfOrders(kind: RewardCondition['kind']): boolean {
  return kind === 'order' || kind === 'more-orders'
}

function freshCondition(kind: RewardCondition['kind'], place: number): RewardCondition {
  switch (kind) {
    case 'order':
      return { kind, n: place + 1 }
    case 'more-orders':
      return { kind, n: 1 }
    case 'delivered':
      return { kind, days: 3 }
    case 'kept':
      return { kind, days: 14 }
    case 'review':
      return { kind }
    case 'consent':
      return { kind, channel: 'email' }
    case 'survey':
      return { kind, which: 'preferences' }
  }
}

function What({ step, place, page, problems, onStep, onPick }: StepProps) {
  const { t } = useWords()
  const path = `steps.${place}.what`
  const problem = refusalAt(t, problems, path)
  const gift = (part: Partial<StepDraft['gift']>) => onStep({ ...step, gift: { ...step.gift, ...part } })
  const pick = async () => {
    const [picked] = (await onPick?.('gift', [])) ?? []
    if (picked?.variant !== undefined)
      gift({ product: picked.product, variant: picked.variant, title: picked.title, price: picked.price ?? '' })
  }
  return (
    <BlockStack gap="400">
      <FormLayout.Group>
        <Select
          label={t('rewards.field.gift')}
          options={GIFT_KINDS.map((value) => ({ value, label: t(`rewards.kind.${value}`) }))}
          value={step.kind}
          onChange={(kind) => onStep({ ...step, kind: kind as RewardGift['kind'] })}
        />
        {step.kind === 'percent' ? (
          <TextField
            label={t('rewards.field.percent')}
            value={step.percent}
            suffix="%"
            inputMode="numeric"
            onChange={(percent) => onStep({ ...step, percent })}
            error={problem}
            autoComplete="off"
          />
        ) : step.kind === 'amount' || step.kind === 'credit' ? (
          <TextField
            label={step.kind === 'credit' ? t('rewards.field.credit') : t('rewards.field.amount')}
            value={step.amount}
            suffix={page.currency}
            inputMode="decimal"
            onChange={(amount) => onStep({ ...step, amount })}
            error={problem}
            autoComplete="off"
          />
        ) : null}
      </FormLayout.Group>
      {step.kind !== 'gift' ? null : (
        <>
          {onPick === null ? null : (
            <InlineStack gap="200" blockAlign="center">
              <Button onClick={() => void pick()}>{t('rewards.pick.gift')}</Button>
              {step.gift.title === '' ? null : <Text as="span">{step.gift.title}</Text>}
            </InlineStack>
          )}
          {onPick !== null ? null : (
            <FormLayout.Group>
              <TextField
                label={t('rewards.field.giftTitle')}
                value={step.gift.title}
                onChange={(title) => gift({ title })}
                error={refusalAt(t, problems, `${path}.title`)}
                autoComplete="off"
              />
              <TextField
                label={t('rewards.field.giftProduct')}
                value={step.gift.product}
                inputMode="numeric"
                onChange={(product) => gift({ product })}
                error={refusalAt(t, problems, `${path}.product`)}
                helpText={t('rewards.help.productId')}
                autoComplete="off"
              />
              <TextField
                label={t('rewards.field.giftVariant')}
                value={step.gift.variant}
                inputMode="numeric"
                onChange={(variant) => gift({ variant })}
                error={refusalAt(t, problems, `${path}.variant`)}
                autoComplete="off"
              />
            </FormLayout.Group>
          )}
          <TextField
            label={t('rewards.field.giftPrice')}
            value={step.gift.price}
            suffix={page.currency}
            inputMode="decimal"
            onChange={(price) => gift({ price })}
            error={onPick === null ? refusalAt(t, problems, `${path}.priceMinor`) : problem}
            helpText={t('rewards.help.giftPrice')}
            autoComplete="off"
          />
        </>
      )}
    </BlockStack>
  )
}

function Condition(props: {
  condition: ConditionDraft
  kinds: readonly RewardCondition['kind'][]
  parts: readonly SurveyPart[]
  problem: string | undefined
  mayGo: boolean
  onChange: (condition: ConditionDraft) => void
  onRemove: () => void
}) {
  const { condition, kinds, parts, problem, mayGo, onChange, onRemove } = props
  const { t } = useWords()
  const { kind } = condition
  return (
    <BlockStack gap="100">
      <FormLayout.Group>
        <Select
          label={t('rewards.field.condition')}
          options={kinds.map((value) => ({ value, label: t(`rewards.condition.${value}`) }))}
          value={kind}
          onChange={(chosen) => onChange({ ...condition, kind: chosen as RewardCondition['kind'] })}
          helpText={t(`rewards.conditionHelp.${kind}`)}
        />
        {isOfOrders(kind) ? (
          <TextField
            label={t(`rewards.field.${kind === 'order' ? 'nth' : 'orders'}`)}
            value={condition.n}
            inputMode="numeric"
            onChange={(n) => onChange({ ...condition, n })}
            error={problem}
            autoComplete="off"
          />
        ) : kind === 'delivered' || kind === 'kept' ? (
          <TextField
            label={t('rewards.field.days')}
            value={condition.days}
            suffix={t('rewards.days')}
            inputMode="numeric"
            onChange={(days) => onChange({ ...condition, days })}
            error={problem}
            autoComplete="off"
          />
        ) : kind === 'consent' ? (
          <Select
            label={t('rewards.field.channel')}
            options={(['email', 'sms'] as const).map((value) => ({ value, label: t(`rewards.channel.${value}`) }))}
            value={condition.channel}
            onChange={(channel) => onChange({ ...condition, channel: channel === 'sms' ? 'sms' : 'email' })}
          />
        ) : kind === 'survey' ? (
          <Select
            label={t('rewards.field.which')}
            options={parts.map((value) => ({ value, label: t(`rewards.which.${value}`) }))}
            value={condition.which}
            onChange={(which) => onChange({ ...condition, which: which === 'delivery' ? 'delivery' : 'preferences' })}
          />
        ) : null}
      </FormLayout.Group>
      {!mayGo ? null : (
        <InlineStack>
          <Button variant="plain" tone="critical" onClick={onRemove}>
            {t('rewards.steps.removeCondition')}
          </Button>
        </InlineStack>
      )}
    </BlockStack>
  )
}
