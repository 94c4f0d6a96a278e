import { useFetcher, useLoaderData, useNavigation, useSearchParams } from '@remix-run/react'
import { makeList, takeListBack } from '#app/flow/messages/lists.ts'
import { messagePage } from '#app/flow/messages/pages.ts'
import { deleteMessage, saveMessage } from '#app/flow/messages/stored.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { MessageFields, type MessageField, type MessagePage } from '#app/domain/messages/message.ts'
import { MessageForm, MessageParams, MessageQuery } from '#app/ui/message-fields.ts'
import { MessageScreen } from '#app/ui/message-page.tsx'

export const loader = forMerchant({ params: MessageParams, query: MessageQuery }, ({ shop, params, query }) =>
  messagePage(shop, params.key, query.channel),
)

export const action = forMerchant({ params: MessageParams, form: MessageForm }, async ({ shop, params, form }) => {
  if (form.intent === 'save') await saveMessage(shop, params.key, form.channel, MessageFields.parse(form))
  else if (form.intent === 'delete') await deleteMessage(shop, params.key, form.channel)
  else if (form.intent === 'make-list') await makeList(shop, params.key, form.channel)
  else await takeListBack(shop, form.id)
  return { saved: true }
})

type Answer = { saved: true } | { refused: string; fields: Partial<Record<MessageField, string>> }

export default function Message() {
  const page = useLoaderData<MessagePage>()
  const fetcher = useFetcher<Answer>()
  const navigation = useNavigation()
  const [, setSearch] = useSearchParams()
  const answer = fetcher.state === 'idle' ? fetcher.data : undefined
  return (
    <MessageScreen
      key={`${page.key} ${page.channel}`}
      page={page}
      isBusy={fetcher.state !== 'idle'}
      isLeaving={navigation.state !== 'idle'}
      refused={answer !== undefined && 'refused' in answer ? answer.fields : {}}
      onAct={(intent) => fetcher.submit(intent as Record<string, string>, { method: 'post' })}
      onChannel={(channel) => setSearch({ channel })}
    />
  )
}
