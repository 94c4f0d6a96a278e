import { useFetcher, useLoaderData } from '@remix-run/react'
import { z } from 'zod'
import { dryRun } from '#app/flow/publication/dry-run.ts'
import { startTagging } from '#app/flow/publication/runs.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { DryRun } from '#app/domain/pages.ts'
import { useFollowing } from '#app/ui/following.ts'
import { TaggingScreen, isRunning } from '#app/ui/tagging-page.tsx'

export const loader = forMerchant({}, ({ shop }) => dryRun(shop))

export const action = forMerchant({ form: z.object({ intent: z.literal('start') }) }, async ({ shop }) => {
  await startTagging(shop)
  return { started: true }
})

export default function Tagging() {
  const page = useLoaderData<DryRun>()
  const fetcher = useFetcher()
  useFollowing(page.import.state !== 'done' || isRunning(page))
  return (
    <TaggingScreen
      page={page}
      isStarting={fetcher.state !== 'idle'}
      onStart={() => fetcher.submit({ intent: 'start' }, { method: 'post' })}
    />
  )
}
