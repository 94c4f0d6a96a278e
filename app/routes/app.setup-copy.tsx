import { useFetcher, useLoaderData } from '@remix-run/react'
import { z } from 'zod'
import { lookAtSetup, setupPage, takeOverSetup, undoSetup } from '#app/flow/segments/setup/take-over.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { LARGEST_SETUP_CHARACTERS } from '#app/domain/setup-copy.ts'
import type { SetupDiff, SetupPage } from '#app/domain/setup-pages.ts'
import { SetupCopyScreen } from '#app/ui/setup-copy-page.tsx'

/** A little longer than may be, so that the domain says that it is too long. */
const FileText = z.string().max(LARGEST_SETUP_CHARACTERS + 1)

const SetupForm = z.discriminatedUnion('intent', [
  z.object({ intent: z.literal('look'), file: FileText }),
  z.object({ intent: z.literal('apply'), file: FileText }),
  z.object({ intent: z.literal('undo') }),
])

type Answer = { diff: SetupDiff } | { done: 'applied' | 'undone' } | { refused: string; fields: Record<string, string> }

export const loader = forMerchant({}, ({ shop }) => setupPage(shop))

export const action = forMerchant({ form: SetupForm }, async ({ shop, form }) => {
  if (form.intent === 'look') return { diff: await lookAtSetup(shop, form.file) }
  if (form.intent === 'undo') {
    await undoSetup(shop)
    return { done: 'undone' as const }
  }
  await takeOverSetup(shop, form.file)
  return { done: 'applied' as const }
})

export default function SetupCopy() {
  const page = useLoaderData<SetupPage>()
  const fetcher = useFetcher<Answer>()
  const answer = fetcher.state === 'idle' ? fetcher.data : undefined
  return (
    <SetupCopyScreen
      page={page}
      diff={answer !== undefined && 'diff' in answer ? answer.diff : null}
      done={answer !== undefined && 'done' in answer ? answer.done : null}
      refused={answer !== undefined && 'refused' in answer ? answer.fields : null}
      isBusy={fetcher.state !== 'idle'}
      onLook={(file) => fetcher.submit({ intent: 'look', file }, { method: 'post' })}
      onApply={(file) => fetcher.submit({ intent: 'apply', file }, { method: 'post' })}
      onUndo={() => fetcher.submit({ intent: 'undo' }, { method: 'post' })}
    />
  )
}
