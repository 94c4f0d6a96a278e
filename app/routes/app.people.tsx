import { useFetcher, useLoaderData, useSearchParams } from '@remix-run/react'
import { z } from 'zod'
import { LINK_ANSWERS } from '#app/domain/people-pages.ts'
import type { LinkAnswer, ReviewPage } from '#app/domain/people-pages.ts'
import { InvalidInput } from '#app/errors.ts'
import { decideLink } from '#app/flow/segments/people/decide.ts'
import { reviewPage } from '#app/flow/segments/people/queue.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { useFollowing } from '#app/ui/following.ts'
import { PeopleScreen } from '#app/ui/people-page.tsx'

/** Pages are counted from 1 in the address. */
const PeopleQuery = z.object({
  show: z.enum(['waiting', 'decided']).default('waiting'),
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
})
const id = z.string().regex(/^\d{1,18}$/)
const PeopleForm = z.object({ a: id, b: id, answer: z.enum(LINK_ANSWERS) })

type Answer = { isGone: boolean }

export const loader = forMerchant({ query: PeopleQuery }, ({ shop, query }) =>
  reviewPage(shop, query.show, query.page - 1),
)

export const action = forMerchant({ form: PeopleForm }, async ({ shop, form }): Promise<Answer> => {
  try {
    await decideLink(shop, form, form.answer)
    return { isGone: false }
  } catch (error) {
    if (error instanceof InvalidInput && error.code === 'not-found') return { isGone: true }
    throw error
  }
})

export default function People() {
  const page = useLoaderData<ReviewPage>()
  const [, setSearch] = useSearchParams()
  const fetcher = useFetcher<Answer>()
  useFollowing(page.linking.state === 'reading' || page.linking.state === 'linking')
  const { formData } = fetcher
  return (
    <PeopleScreen
      page={page}
      saving={formData === undefined ? null : `${String(formData.get('a'))} ${String(formData.get('b'))}`}
      isGone={fetcher.state === 'idle' && fetcher.data?.isGone === true}
      onAnswer={(a: string, b: string, answer: LinkAnswer) => fetcher.submit({ a, b, answer }, { method: 'post' })}
      onShow={(show) => setSearch({ show })}
      onPage={(next) => setSearch({ show: page.show, page: String(next + 1) })}
    />
  )
}
