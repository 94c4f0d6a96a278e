import { useLoaderData } from '@remix-run/react'
import { activityPage } from '#app/flow/activity.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { ActivityPage } from '#app/domain/pages.ts'
import { ActivityScreen } from '#app/ui/activity-page.tsx'

export const loader = forMerchant({}, ({ shop }) => activityPage(shop))

export default function Activity() {
  return <ActivityScreen page={useLoaderData<ActivityPage>()} />
}
