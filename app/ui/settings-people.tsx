import { Banner, BlockStack, Button, Card, InlineStack, List, Text } from '@shopify/polaris'
import type { PeopleSettings, SwitchAnswer } from '#app/domain/people-pages.ts'
import { AskedTwice } from './asked-twice.tsx'
import { useWords } from './i18n.tsx'
import { LinkingFailed, LinkingState } from './linking-state.tsx'

type Act = 'link' | 'link-again' | 'unlink' | 'show-names' | 'hide-names'
type Props = {
  people: PeopleSettings
  /** What the last switch came back with; null: none was touched. */
  answer: SwitchAnswer | null
  isSaving: boolean
  onAct: (act: Act) => void
}

/** Accounts of one person: what is read, what is kept, why, and how to end it, before the button. */
export function LinkingSettings({ people: { linking }, answer, isSaving, onAct }: Props) {
  const { t } = useWords()
  const isOff = linking.state === 'off'
  return (
    <Card>
      <BlockStack gap="300">
        {answer?.is === 'refused' && !answer.parts.includes('name') ? <Level2Refused parts={answer.parts} /> : null}
        {linking.state === 'failed' ? (
          <LinkingFailed linking={linking}>
            <div>
              <Button onClick={() => onAct('link-again')} loading={isSaving}>
                {t('linking.again')}
              </Button>
            </div>
          </LinkingFailed>
        ) : null}
        <LinkingState linking={linking} />
        <List>
          <List.Item>{t('linking.read')}</List.Item>
          <List.Item>{t('linking.kept')}</List.Item>
          <List.Item>{t('linking.why')}</List.Item>
          <List.Item>{t('linking.off')}</List.Item>
        </List>
        {isOff ? (
          <div>
            <Button onClick={() => onAct('link')} loading={isSaving}>
              {t('linking.turnOn')}
            </Button>
          </div>
        ) : (
          <BlockStack gap="300">
            <InlineStack gap="200">
              <Button url="/app/people">{t('linking.review')}</Button>
            </InlineStack>
            <AskedTwice
              ask={t('linking.turnOff')}
              sure={t('linking.turnOffSure')}
              yes={t('linking.turnOffYes')}
              isBusy={isSaving}
              onYes={() => onAct('unlink')}
            />
          </BlockStack>
        )}
      </BlockStack>
    </Card>
  )
}

/** Names for the rows on screen, with how often they were looked at. */
export function NameSettings({ people: { showNames, looks }, answer, isSaving, onAct }: Props) {
  const { t, f } = useWords()
  return (
    <Card>
      <BlockStack gap="300">
        {answer?.is === 'refused' && answer.parts.includes('name') ? <Level2Refused parts={answer.parts} /> : null}
        <Text as="p">{showNames ? t('names.on') : t('names.off')}</Text>
        <Text as="p" tone="subdued">
          {t('names.logged')}
        </Text>
        {looks.lastAt === null ? null : (
          <Text as="p">
            {t('names.looks', { count: looks.looks, n: f.number(looks.looks), time: f.dateTime(looks.lastAt) })}
          </Text>
        )}
        <div>
          <Button onClick={() => onAct(showNames ? 'hide-names' : 'show-names')} disabled={isSaving}>
            {showNames ? t('names.turnOff') : t('names.turnOn')}
          </Button>
        </div>
      </BlockStack>
    </Card>
  )
}

function Level2Refused({ parts }: Pick<Extract<SwitchAnswer, { is: 'refused' }>, 'parts'>) {
  const { t } = useWords()
  return (
    <Banner tone="warning" title={t('level2.refused')}>
      <Text as="p">{t('level2.ask', { parts: parts.map((part) => t(`level2.part.${part}`)).join(', ') })}</Text>
    </Banner>
  )
}
