import { BlockStack, Button, Card, Text } from '@shopify/polaris'
import type { Announcements } from '#app/domain/pages.ts'
import { useWords } from './i18n.tsx'
import { ProblemBanner } from './problem.tsx'

type Props = { flow: Announcements; isSaving: boolean; onSwitch: (isOn: boolean) => void }

/** Whether Shopify Flow is told of moves, how many wait, and what Flow said where it took none. */
export function FlowSettings({ flow, isSaving, onSwitch }: Props) {
  const { t, f } = useWords()
  const { isOn, waiting, problem } = flow
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="p">{isOn ? t('flow.on') : t('flow.off')}</Text>
        {isOn ? (
          <Text as="p" tone="subdued">
            {t('flow.not')}
          </Text>
        ) : null}
        {waiting === 0 ? null : <Text as="p">{t('flow.waiting', { count: waiting, n: f.number(waiting) })}</Text>}
        {isOn && problem !== null ? (
          <ProblemBanner problem={problem}>
            <Text as="p">{t('flow.problem')}</Text>
          </ProblemBanner>
        ) : null}
        <div>
          <Button onClick={() => onSwitch(!isOn)} disabled={isSaving}>
            {isOn ? t('flow.turnOff') : t('flow.turnOn')}
          </Button>
        </div>
      </BlockStack>
    </Card>
  )
}
