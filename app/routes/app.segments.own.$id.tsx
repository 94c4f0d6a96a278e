import { useFetcher, useLoaderData, useNavigate } from '@remix-run/react'
import { useEffect } from 'react'
import { z } from 'zod'
import { ownEditor, withPrepared } from '#app/flow/segments/own/pages.ts'
import { deleteOwn, saveOwn } from '#app/flow/segments/own/save.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { OwnEditor } from '#app/domain/own-pages.ts'
import { useOwnCounting } from '#app/ui/own-counting.ts'
import { OwnParams, RuleText } from '#app/ui/own-fields.ts'
import { useFollowing } from '#app/ui/following.ts'
import { isReading } from '#app/ui/own-unread.tsx'
import { useRehearsing } from '#app/ui/rehearsing.ts'
import { OwnScreen } from '#app/ui/own-page.tsx'

const OwnForm = z.discriminatedUnion('intent', [
  z.object({
    intent: z.literal('save'),
    name: z.string().max(300),
    rule: RuleText,
    announces: z.enum(['yes', 'no']).transform((answer) => answer === 'yes'),
  }),
  z.object({ intent: z.literal('delete') }),
])

type Answer = { id: number | null } | { refused: string; fields: { name?: string; rule?: string } }

/** A new segment may begin with a rule and a name that another page has prepared. */
const PreparedQuery = z.object({ rule: RuleText.optional(), name: z.string().max(300).optional() })

export const loader = forMerchant({ params: OwnParams, query: PreparedQuery }, async ({ shop, params, query }) => {
  const editor = await ownEditor(shop, params.id)
  return params.id === null ? withPrepared(editor, query) : editor
})

export const action = forMerchant({ params: OwnParams, form: OwnForm }, async ({ shop, params, form }) => {
  if (form.intent === 'save') return { id: await saveOwn(shop, params.id, form) }
  if (params.id !== null) await deleteOwn(shop, params.id)
  return { id: null }
})

export default function OwnSegment() {
  const page = useLoaderData<OwnEditor>()
  const fetcher = useFetcher<Answer>()
  const navigate = useNavigate()
  const counting = useOwnCounting(page.id)
  const rehearsal = useRehearsing(`/app/segments/own/${page.id ?? 'new'}/rehearsal`)
  useFollowing(isReading(page.unread))
  const answer = fetcher.state === 'idle' ? fetcher.data : undefined
  const isElsewhere = answer !== undefined && 'id' in answer && answer.id !== page.id
  useEffect(() => {
    if (answer === undefined || !('id' in answer) || !isElsewhere) return
    void navigate(answer.id === null ? '/app/segments' : `/app/segments/own/${answer.id}`, { replace: true })
  }, [answer, isElsewhere, navigate])
  return (
    <OwnScreen
      key={page.id ?? 'new'}
      page={page}
      preview={counting.preview}
      isPreviewing={counting.isBusy}
      hasPreviewFailed={counting.hasFailed}
      isBusy={fetcher.state !== 'idle' || isElsewhere}
      refused={answer !== undefined && 'refused' in answer ? answer.fields : {}}
      rehearsal={rehearsal}
      onPreview={counting.ask}
      onSave={(name, rule, announces) =>
        fetcher.submit(
          { intent: 'save', name, rule: JSON.stringify(rule), announces: announces ? 'yes' : 'no' },
          { method: 'post' },
        )
      }
      onDelete={() => fetcher.submit({ intent: 'delete' }, { method: 'post' })}
    />
  )
}
