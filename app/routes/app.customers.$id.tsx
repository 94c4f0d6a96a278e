import { useLoaderData } from '@remix-run/react'
import { z } from 'zod'
import { customerPage } from '#app/flow/segments/customer-page.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { CustomerPage } from '#app/domain/pages.ts'
import { CustomerScreen } from '#app/ui/customer-page.tsx'

const CustomerParams = z.object({ id: z.string().regex(/^\d{1,19}$/) })

export const loader = forMerchant({ params: CustomerParams }, ({ shop, params }) => customerPage(shop, params.id))

export default function Customer() {
  return <CustomerScreen page={useLoaderData<CustomerPage>()} />
}
