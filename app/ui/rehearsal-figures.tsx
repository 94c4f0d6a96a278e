import { BlockStack, Button, DataTable, Text } from '@shopify/polaris'
import { useState } from 'react'
import type { RehearsedMonth, RehearsedSide, Rehearsal } from '#app/domain/rehearsal.ts'
import { useWords } from './i18n.tsx'
import { ChartFrame, ChartLine, niceTop } from './trend-chart.tsx'

/** Months of the table before it is opened. */
const SHOWN = 6

/** How many customers the rule would have held at the end of each month; dashed: the rule as it is saved. */
export function RehearsalChart({ months }: { months: RehearsedMonth[] }) {
  const { t, f } = useWords()
  const values = months.map((month) => month.members.customers)
  const saved = months.map((month) => month.savedMembers ?? 0)
  const hasSaved = months.some((month) => month.savedMembers !== null)
  const top = niceTop(Math.max(...values, ...saved))
  const [first, middle, last] = [months[0]!, months[Math.floor((months.length - 1) / 2)]!, months.at(-1)!]
  const nameOf = (month: RehearsedMonth) => (month.isNow ? t('rehearsal.now') : f.month(month.month))
  const ticks = [...new Set([first, middle, last].map(nameOf))]
  return (
    <BlockStack gap="200">
      <Text as="h3" variant="headingSm">
        {t('rehearsal.chart')}
      </Text>
      <ChartFrame
        top={top}
        ticks={ticks}
        label={t('rehearsal.label', {
          from: nameOf(first),
          start: f.number(first.members.customers),
          end: f.number(last.members.customers),
        })}
      >
        {hasSaved ? <ChartLine values={saved} from={0} to={saved.length} top={top} isDashed /> : null}
        <ChartLine values={values} from={0} to={values.length} top={top} />
      </ChartFrame>
      {hasSaved ? (
        <Text as="p" tone="subdued" variant="bodySm">
          {t('rehearsal.dashed')}
        </Text>
      ) : null}
    </BlockStack>
  )
}

/** The same as text, newest first, with what people did in the days after, beside everybody else. */
export function RehearsalTable({ past }: { past: Extract<Rehearsal, { kind: 'past' }> }) {
  const { t, f } = useWords()
  const [isOpen, setIsOpen] = useState(false)
  const newest = [...past.months].reverse()
  const shown = isOpen ? newest : newest.slice(0, SHOWN)
  return (
    <BlockStack gap="200">
      <div style={{ marginInline: 'calc(-1 * var(--p-space-400))' }}>
        <DataTable
          increasedTableDensity
          verticalAlign="top"
          columnContentTypes={['text', 'numeric', 'numeric', 'numeric']}
          headings={[
            t('rehearsal.column.month'),
            t('table.customers'),
            t('rehearsal.column.ordered', { count: past.afterDays, days: f.number(past.afterDays) }),
            t('rehearsal.column.spent'),
          ].map((heading) => (
            <span key={heading} style={{ whiteSpace: 'normal' }}>
              {heading}
            </span>
          ))}
          rows={shown.map((month) => [
            month.isNow ? t('rehearsal.now') : f.month(month.month),
            <Customers month={month} key="customers" />,
            <Beside month={month} tell={shareOf} key="ordered" />,
            <Beside month={month} tell={spentEach} key="spent" />,
          ])}
        />
      </div>
      {newest.length <= SHOWN ? null : (
        <div>
          <Button variant="plain" onClick={() => setIsOpen(!isOpen)} ariaExpanded={isOpen}>
            {isOpen ? t('rehearsal.fewer') : t('rehearsal.all', { n: f.number(newest.length) })}
          </Button>
        </div>
      )}
    </BlockStack>
  )
}

type Tell = (side: RehearsedSide, f: ReturnType<typeof useWords>['f']) => string

const shareOf: Tell = ({ people, ordered }, f) => (people === 0 ? '–' : f.percent(ordered / people))
const spentEach: Tell = ({ people, spent }, f) =>
  people === 0 ? '–' : f.moneyShort({ ...spent, minor: Math.round(spent.minor / people) })

function Customers({ month }: { month: RehearsedMonth }) {
  const { t, f } = useWords()
  const { customers, plusMinus } = month.members
  return (
    <BlockStack>
      <span>{f.number(customers)}</span>
      {plusMinus === 0 ? null : (
        <Text as="span" tone="subdued" variant="bodySm">
          {t('rehearsal.plusMinus', { n: f.number(plusMinus) })}
        </Text>
      )}
      {month.savedMembers === null ? null : (
        <Text as="span" tone="subdued" variant="bodySm">
          {t('rehearsal.saved', { n: f.number(month.savedMembers) })}
        </Text>
      )}
    </BlockStack>
  )
}

function Beside({ month: { after }, tell }: { month: RehearsedMonth; tell: Tell }) {
  const { t, f } = useWords()
  if (after === null)
    return (
      <Text as="span" tone="subdued" variant="bodySm">
        {t('rehearsal.later')}
      </Text>
    )
  return (
    <BlockStack>
      <span>{tell(after.members, f)}</span>
      <Text as="span" tone="subdued" variant="bodySm">
        {t('rehearsal.others', { value: tell(after.rest, f) })}
      </Text>
    </BlockStack>
  )
}
