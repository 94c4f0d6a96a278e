import { useFetcher, useLoaderData } from '@remix-run/react'
import type { ClientLoaderFunctionArgs } from '@remix-run/react'
import { useEffect } from 'react'
import { z } from 'zod'
import { decideEstimates } from '#app/flow/features/estimates.ts'
import { ownRows } from '#app/flow/segments/own/pages.ts'
import { segmentsPage } from '#app/flow/segments/pages.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { importOf } from '#app/flow/sync/shop-frame.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { SegmentsPage } from '#app/domain/pages.ts'
import { useFollowing } from '#app/ui/following.ts'
import { askedOrKept, useRemembered } from '#app/ui/keeping.ts'
import type { Kept } from '#app/ui/keeping.ts'
import { isReading } from '#app/ui/own-unread.tsx'
import { KeptNotice } from '#app/ui/page-states.tsx'
import { SegmentsScreen } from '#app/ui/segments-page.tsx'

const SegmentsForm = z.discriminatedUnion('intent', [
  z.object({ intent: z.literal('looked') }),
  z.object({ intent: z.literal('dismiss-first') }),
  z.object({
    intent: z.literal('estimates'),
    version: z.coerce.number().int().positive(),
    decision: z.enum(['adopt', 'keep']),
    announce: z.enum(['yes', 'no']),
  }),
])

export const loader = forMerchant({}, async ({ shop }): Promise<SegmentsPage> => {
  const [page, own, progress] = await Promise.all([segmentsPage(shop), ownRows(shop), importOf(shop)])
  return { ...page, own, import: progress }
})

export const clientLoader = ({ serverLoader }: ClientLoaderFunctionArgs) =>
  askedOrKept('segments', () => serverLoader<SegmentsPage>())

export const action = forMerchant({ form: SegmentsForm }, async ({ shop, form }) => {
  if (form.intent === 'looked') await saveSettings(shop, { setup: { lookedAt: true } })
  else if (form.intent === 'dismiss-first') await saveSettings(shop, { setup: { watchFirstDismissed: true } })
  else {
    if (form.decision === 'adopt') await saveSettings(shop, { announceRuleMoves: form.announce === 'yes' })
    await decideEstimates(shop, form.version, form.decision)
  }
  return { saved: true }
})

export default function Segments() {
  const page = useLoaderData<Kept<SegmentsPage>>()
  const fetcher = useFetcher()
  useRemembered('segments', page)
  useFollowing(
    page.isKept === true ||
      page.import.state !== 'done' ||
      page.own.some((row) => row.customers === null || isReading(row.unread)),
  )
  useLooked(page.rows.length > 0 && !page.isLookedAt)
  return (
    <>
      {page.isKept === true ? <KeptNotice /> : null}
      <SegmentsScreen
        page={page}
        isSaving={fetcher.state !== 'idle'}
        onEstimates={(version, decision, announce) =>
          fetcher.submit(
            { intent: 'estimates', version, decision, announce: announce ? 'yes' : 'no' },
            { method: 'post' },
          )
        }
        onDismissFirst={() => fetcher.submit({ intent: 'dismiss-first' }, { method: 'post' })}
      />
    </>
  )
}

/** Ticks the setup step off the first time that segments are on the screen: saving it loads the page again. */
function useLooked(isFirst: boolean) {
  const { submit } = useFetcher()
  useEffect(() => {
    if (isFirst) submit({ intent: 'looked' }, { method: 'post', action: '/app/segments?index' })
  }, [isFirst, submit])
}
