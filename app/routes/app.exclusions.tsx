import { useLoaderData, useSearchParams } from '@remix-run/react'
import { z } from 'zod'
import { endExclusion, exclude } from '#app/flow/segments/exclusions.ts'
import { exclusionsPage } from '#app/flow/segments/exclusions-page.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { ExclusionFields, type ExclusionsPage } from '#app/domain/exclusions.ts'
import { useExcluding } from '#app/ui/excluding.ts'
import { ExclusionsScreen } from '#app/ui/exclusions-page.tsx'

/** Pages are counted from 1 in the address. */
const Query = z.object({ page: z.coerce.number().int().min(1).max(1_000_000).default(1) })

const wholeId = z.coerce.number().int().positive().max(2_147_483_647)
const Form = z.discriminatedUnion('intent', [
  ExclusionFields.extend({ intent: z.literal('customer'), customer: z.string().regex(/^\d{1,18}$/) }),
  ExclusionFields.extend({ intent: z.literal('segment'), segment: wholeId }),
  z.object({ intent: z.literal('end'), id: wholeId }),
])

export const loader = forMerchant({ query: Query }, ({ shop, query }) => exclusionsPage(shop, query.page - 1))

export const action = forMerchant({ form: Form }, async ({ shop, form }) => {
  if (form.intent === 'end') await endExclusion(shop, form.id)
  else await exclude(shop, form.intent === 'customer' ? form : { segment: form.segment }, form)
  return { saved: true }
})

export default function Exclusions() {
  const page = useLoaderData<ExclusionsPage>()
  const [, setSearch] = useSearchParams()
  const excluding = useExcluding()
  return <ExclusionsScreen page={page} excluding={excluding} onPage={(next) => setSearch({ page: String(next + 1) })} />
}
