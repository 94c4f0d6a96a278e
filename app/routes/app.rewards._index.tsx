import { useLoaderData } from '@remix-run/react'
import type { ClientLoaderFunctionArgs } from '@remix-run/react'
import { rewardsPage } from '#app/flow/rewards/pages.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { RewardsPage } from '#app/domain/rewards/pages.ts'
import { useFollowing } from '#app/ui/following.ts'
import { askedOrKept, useRemembered } from '#app/ui/keeping.ts'
import type { Kept } from '#app/ui/keeping.ts'
import { KeptNotice } from '#app/ui/page-states.tsx'
import { RewardsScreen } from '#app/ui/rewards-page.tsx'

export const loader = forMerchant({}, ({ shop }) => rewardsPage(shop))

export const clientLoader = ({ serverLoader }: ClientLoaderFunctionArgs) =>
  askedOrKept('rewards', () => serverLoader<RewardsPage>())

export default function Rewards() {
  const page = useLoaderData<Kept<RewardsPage>>()
  useRemembered('rewards', page)
  useFollowing(page.isKept === true || page.rows.some(({ discount }) => discount === 'waiting'))
  return (
    <>
      {page.isKept === true ? <KeptNotice /> : null}
      <RewardsScreen page={page} />
    </>
  )
}
