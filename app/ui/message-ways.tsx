import { BlockStack, Card, Link, List, Text } from '@shopify/polaris'
import { WAY_OF, type MessagePage } from '#app/domain/messages/message.ts'
import { Facts } from './card-page.tsx'
import { useWords } from './i18n.tsx'

/** How the merchant's other tools send it: Shopify's customer segment, Flow's trigger, and our tag. */
export function MessageWays({ page }: { page: MessagePage }) {
  const { t } = useWords()
  const { shopifySegment: segment, tag, ownName } = page
  const way = WAY_OF[page.channel]
  const to = ownName === null ? page.key : `own:${ownName}`
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {t('messages.ways.title')}
          </Text>
          <Text as="p" tone="subdued">
            {t('messages.ways.text')}
          </Text>
        </BlockStack>
        <Facts
          lines={[
            {
              label: t('messages.ways.segment'),
              value: segment.url === null ? t('messages.ways.notThere', { name: segment.name }) : segment.name,
            },
            { label: t('messages.ways.trigger'), value: t('messages.ways.triggerValue', { to }) },
            { label: t('messages.ways.tag'), value: tag ?? t('messages.ways.noTag') },
          ]}
        />
        {segment.url === null ? (
          <Text as="p">
            {t('messages.ways.switchOn')} <Link url="/app/settings">{t('nav.settings')}</Link>
          </Text>
        ) : (
          <Text as="p">
            <Link url={segment.url} target="_blank">
              {t('messages.ways.open')}
            </Link>
          </Text>
        )}
        {page.flowOn ? null : (
          <Text as="p" tone="critical">
            {t('messages.ways.flowOff')} <Link url="/app/settings">{t('nav.settings')}</Link>
          </Text>
        )}
        {page.taggingOn || tag === null ? null : (
          <Text as="p" tone="critical">
            {t('messages.ways.taggingOff')} <Link url="/app/tagging">{t('messages.ways.tagging')}</Link>
          </Text>
        )}
        {page.key === 'repeat' ? <Text as="p">{t('messages.ways.repeat')}</Text> : null}
        <List type="bullet">
          {way === 'email' ? (
            <>
              <List.Item>{t('messages.ways.messaging')}</List.Item>
              <List.Item>{t('messages.ways.flowEmail', { to })}</List.Item>
              {tag === null ? null : <List.Item>{t('messages.ways.klaviyo', { tag })}</List.Item>}
            </>
          ) : way === 'phone' ? (
            <>
              <List.Item>{t('messages.ways.flowHttp', { to })}</List.Item>
              <List.Item>{t('messages.ways.file')}</List.Item>
              <List.Item>{t(page.channel === 'kakao' ? 'messages.ways.kakao' : 'messages.ways.sms')}</List.Item>
            </>
          ) : (
            <>
              <List.Item>{t('messages.ways.ads')}</List.Item>
              {tag === null ? null : <List.Item>{t('messages.ways.klaviyoAds', { tag })}</List.Item>}
            </>
          )}
        </List>
        {way === 'ads' ? null : (
          <Text as="p" tone="subdued">
            {t('messages.ways.names', { name: '{name}', shop: '{shop}' })}
          </Text>
        )}
      </BlockStack>
    </Card>
  )
}
