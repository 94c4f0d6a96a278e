import { useFetcher, useLoaderData } from '@remix-run/react'
import type { ClientActionFunctionArgs, ClientLoaderFunctionArgs } from '@remix-run/react'
import { z } from 'zod'
import { homePage } from '#app/flow/segments/pages.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { checkForOrders, syncStateOf } from '#app/flow/sync/shop-frame.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { HomePage } from '#app/domain/pages.ts'
import { useFollowing } from '#app/ui/following.ts'
import { HomeScreen } from '#app/ui/home-page.tsx'
import { askedOrKept, doneOrLost, useRemembered } from '#app/ui/keeping.ts'
import type { Kept } from '#app/ui/keeping.ts'
import { KeptNotice } from '#app/ui/page-states.tsx'

const HomeForm = z.discriminatedUnion('intent', [
  z.object({
    intent: z.literal('decide'),
    key: z.string().min(1).max(300),
    decision: z.enum(['confirmed', 'declined']),
  }),
  z.object({ intent: z.literal('theme-added') }),
  z.object({ intent: z.literal('check') }),
])

export const loader = forMerchant({}, async ({ shop }): Promise<HomePage> => {
  const [page, sync] = await Promise.all([homePage(shop), syncStateOf(shop)])
  return { ...page, ...sync }
})

export const clientLoader = ({ serverLoader }: ClientLoaderFunctionArgs) =>
  askedOrKept('home', () => serverLoader<HomePage>())

export const action = forMerchant({ form: HomeForm }, async ({ shop, form }) => {
  if (form.intent === 'check') await checkForOrders(shop)
  else if (form.intent === 'decide') await saveSettings(shop, { benefitCodes: { [form.key]: form.decision } })
  else await saveSettings(shop, { setup: { themeAdded: true } })
  return { saved: true }
})

export const clientAction = ({ serverAction }: ClientActionFunctionArgs) => doneOrLost(() => serverAction<object>())

export default function Home() {
  const page = useLoaderData<Kept<HomePage>>()
  const fetcher = useFetcher<{ isLost?: true }>()
  const check = useFetcher<{ isLost?: true }>()
  const isLost = [fetcher, check].some(({ state, data }) => state === 'idle' && data?.isLost === true)
  useRemembered('home', page)
  useFollowing(page.import.state !== 'done' || isOnItsWay(page) || page.isKept === true)
  return (
    <>
      {page.isKept === true || isLost ? <KeptNotice isLost={isLost} /> : null}
      <HomeScreen
        page={page}
        savingKey={fetcher.state === 'idle' ? null : ((fetcher.formData?.get('key') as string | null) ?? null)}
        onDecide={(key, decision) => fetcher.submit({ intent: 'decide', key, decision }, { method: 'post' })}
        onThemeAdded={() => fetcher.submit({ intent: 'theme-added' }, { method: 'post' })}
        isAsking={check.state !== 'idle'}
        onCheck={() => check.submit({ intent: 'check' }, { method: 'post' })}
      />
    </>
  )
}

function isOnItsWay({ check }: HomePage): boolean {
  return check === 'checking' || check === 'working-out'
}
