import { useLoaderData } from '@remix-run/react'
import { rewardsPage } from '#app/flow/rewards/pages.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { RewardsPage } from '#app/domain/rewards/pages.ts'
import { useFollowing } from '#app/ui/following.ts'
import { RewardsScreen } from '#app/ui/rewards-page.tsx'

export const loader = forMerchant({}, ({ shop }) => rewardsPage(shop))

export default function Rewards() {
  const page = useLoaderData<RewardsPage>()
  useFollowing(page.rows.some(({ discount }) => discount === 'waiting'))
  return <RewardsScreen page={page} />
}
