import { useLoaderData } from '@remix-run/react'
import { z } from 'zod'
import { tagHistory } from '#app/flow/publication/history.ts'
import { rewardsOfCustomer } from '#app/flow/rewards/person-pages.ts'
import { customerView } from '#app/flow/segments/customer-view.ts'
import { customerGoneAt } from '#app/flow/sync/erased.ts'
import { InvalidInput } from '#app/errors.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { CustomerScreenPage } from '#app/domain/pages.ts'
import type { CustomerRewardsPage } from '#app/domain/rewards/person-pages.ts'
import { CustomerViewScreen } from '#app/ui/customer-view.tsx'
import { useExcluding } from '#app/ui/excluding.ts'
import { useFollowing } from '#app/ui/following.ts'
import { RewardsCard } from '#app/ui/rewards-card.tsx'

type CustomerPage = CustomerScreenPage & { rewards: CustomerRewardsPage }

const CustomerParams = z.object({ id: z.string().regex(/^\d{1,18}$/) })

export const loader = forMerchant({ params: CustomerParams }, async ({ shop, params }): Promise<CustomerPage> => {
  const [view, history, rewards] = await Promise.all([
    customerView(shop, params.id),
    tagHistory(shop, params.id),
    rewardsOfCustomer(shop, params.id),
  ])
  const deletedAt = view.state === 'absent' ? await customerGoneAt(shop, params.id) : null
  if (view.state === 'absent' && deletedAt === null) throw new InvalidInput('nobody', { code: 'not-found' })
  return { ...view, tagHistory: history, deletedAt, rewards }
})

export default function Customer() {
  const page = useLoaderData<CustomerPage>()
  useFollowing(page.state === 'waiting')
  const excluding = useExcluding()
  return (
    <CustomerViewScreen
      page={page}
      rewards={
        <RewardsCard
          customer={page.customer}
          rewards={page.rewards}
          exclusions={page.exclusions}
          excluding={excluding}
        />
      }
    />
  )
}
