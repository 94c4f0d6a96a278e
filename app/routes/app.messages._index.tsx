import { useLoaderData } from '@remix-run/react'
import { messagesPage } from '#app/flow/messages/pages.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { MessagesPage } from '#app/domain/messages/message.ts'
import { MessagesScreen } from '#app/ui/messages-page.tsx'

export const loader = forMerchant({}, ({ shop }) => messagesPage(shop))

export default function Messages() {
  return <MessagesScreen page={useLoaderData<MessagesPage>()} />
}
