import { useFetcher, useLoaderData } from '@remix-run/react'
import type { ClientLoaderFunctionArgs } from '@remix-run/react'
import { z } from 'zod'
import { freshnessFor } from '#app/flow/freshness.ts'
import { dryRun } from '#app/flow/publication/dry-run.ts'
import { answerTagQuestion, tagQuestions } from '#app/flow/publication/questions.ts'
import { startTagging } from '#app/flow/publication/runs.ts'
import { undoLastRun } from '#app/flow/publication/undo.ts'
import { saveSettings } from '#app/flow/settings.ts'
import { importOf } from '#app/flow/sync/shop-frame.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { TaggingPage, UndoPreview } from '#app/domain/pages.ts'
import { useFollowing } from '#app/ui/following.ts'
import { askedOrKept, useRemembered } from '#app/ui/keeping.ts'
import type { Kept } from '#app/ui/keeping.ts'
import { KeptNotice } from '#app/ui/page-states.tsx'
import { TaggingScreen, isRunning } from '#app/ui/tagging-page.tsx'

const TaggingForm = z.discriminatedUnion('intent', [
  z.object({ intent: z.literal('start') }),
  z.object({ intent: z.literal('undo') }),
  z.object({ intent: z.literal('when-removed'), whenRemoved: z.enum(['ask', 'put-back', 'leave']) }),
  z.object({
    intent: z.literal('answer'),
    kind: z.enum(['removed', 'added']),
    tag: z.string().min(1).max(255),
    answer: z.enum(['put-back', 'leave', 'take-off']),
  }),
])

type Answer = { done: true } | { refused: string; shown: string | null }

export const loader = forMerchant({}, async ({ shop }): Promise<TaggingPage> => {
  const [run, progress, freshness, hands] = await Promise.all([
    dryRun(shop),
    importOf(shop),
    freshnessFor(shop),
    tagQuestions(shop),
  ])
  return { ...run, import: progress, freshness, hands }
})

export const clientLoader = ({ serverLoader }: ClientLoaderFunctionArgs) =>
  askedOrKept('tagging', () => serverLoader<TaggingPage>())

export const action = forMerchant({ form: TaggingForm }, async ({ shop, form }) => {
  if (form.intent === 'start') await startTagging(shop)
  else if (form.intent === 'undo') await undoLastRun(shop)
  else if (form.intent === 'answer') await answerTagQuestion(shop, form)
  else await saveSettings(shop, { whenRemoved: form.whenRemoved })
  return { done: true as const }
})

export default function Tagging() {
  const page = useLoaderData<Kept<TaggingPage>>()
  const fetcher = useFetcher<Answer>()
  const undo = useFetcher<UndoPreview | null>()
  const send = (fields: z.input<typeof TaggingForm>) => fetcher.submit(fields, { method: 'post' })
  const refusal = fetcher.state === 'idle' && fetcher.data && 'refused' in fetcher.data ? fetcher.data : null
  useRemembered('tagging', page)
  useFollowing(page.isKept === true || page.import.state !== 'done' || isRunning(page))
  return (
    <>
      {page.isKept === true ? <KeptNotice /> : null}
      <TaggingScreen
        page={page}
        isBusy={fetcher.state !== 'idle'}
        refused={refusal === null ? null : (refusal.shown ?? 'other')}
        onStart={() => send({ intent: 'start' })}
        onAnswer={({ kind, tag }, answer) => send({ intent: 'answer', kind, tag, answer })}
        onWhenRemoved={(whenRemoved) => send({ intent: 'when-removed', whenRemoved })}
        undo={undo.data ?? null}
        isLooking={undo.state !== 'idle'}
        onLook={() => undo.load('/app/tagging/undo')}
        onUndo={() => send({ intent: 'undo' })}
      />
    </>
  )
}
