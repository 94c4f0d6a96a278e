import { useFetcher, useLoaderData } from '@remix-run/react'
import type { ClientLoaderFunctionArgs } from '@remix-run/react'
import { z } from 'zod'
import { freshnessFor } from '#app/flow/freshness.ts'
import { dryRun } from '#app/flow/publication/dry-run.ts'
import { startTagging } from '#app/flow/publication/runs.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { TaggingPage } from '#app/domain/pages.ts'
import { useFollowing } from '#app/ui/following.ts'
import { askedOrKept, useRemembered } from '#app/ui/keeping.ts'
import type { Kept } from '#app/ui/keeping.ts'
import { KeptNotice } from '#app/ui/page-states.tsx'
import { TaggingScreen, isRunning } from '#app/ui/tagging-page.tsx'

export const loader = forMerchant({}, async ({ shop }): Promise<TaggingPage> => {
  const [run, freshness] = await Promise.all([dryRun(shop), freshnessFor(shop)])
  return { ...run, freshness }
})

export const clientLoader = ({ serverLoader }: ClientLoaderFunctionArgs) =>
  askedOrKept('tagging', () => serverLoader<TaggingPage>())

export const action = forMerchant({ form: z.object({ intent: z.literal('start') }) }, async ({ shop }) => {
  await startTagging(shop)
  return { started: true }
})

export default function Tagging() {
  const page = useLoaderData<Kept<TaggingPage>>()
  const fetcher = useFetcher()
  useRemembered('tagging', page)
  useFollowing(page.isKept === true || page.import.state !== 'done' || isRunning(page))
  return (
    <>
      {page.isKept === true ? <KeptNotice /> : null}
      <TaggingScreen
        page={page}
        isStarting={fetcher.state !== 'idle'}
        onStart={() => fetcher.submit({ intent: 'start' }, { method: 'post' })}
      />
    </>
  )
}
