import { useFetcher, useLoaderData } from '@remix-run/react'
import { z } from 'zod'
import { homePage } from '#app/flow/segments/pages.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { importOf } from '#app/flow/sync/shop-frame.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { HomePage } from '#app/domain/pages.ts'
import { useFollowing } from '#app/ui/following.ts'
import { HomeScreen } from '#app/ui/home-page.tsx'

const HomeForm = z.discriminatedUnion('intent', [
  z.object({
    intent: z.literal('decide'),
    key: z.string().min(1).max(300),
    decision: z.enum(['confirmed', 'declined']),
  }),
  z.object({ intent: z.literal('theme-added') }),
])

export const loader = forMerchant({}, async ({ shop }): Promise<HomePage> => {
  const [page, progress] = await Promise.all([homePage(shop), importOf(shop)])
  return { ...page, import: progress }
})

export const action = forMerchant({ form: HomeForm }, async ({ shop, form }) => {
  if (form.intent === 'decide') await saveSettings(shop, { benefitCodes: { [form.key]: form.decision } })
  else await saveSettings(shop, { setup: { themeAdded: true } })
  return { saved: true }
})

export default function Home() {
  const page = useLoaderData<HomePage>()
  const fetcher = useFetcher()
  useFollowing(page.import.state !== 'done')
  return (
    <HomeScreen
      page={page}
      savingKey={fetcher.state === 'idle' ? null : ((fetcher.formData?.get('key') as string | null) ?? null)}
      onDecide={(key, decision) => fetcher.submit({ intent: 'decide', key, decision }, { method: 'post' })}
      onThemeAdded={() => fetcher.submit({ intent: 'theme-added' }, { method: 'post' })}
    />
  )
}
