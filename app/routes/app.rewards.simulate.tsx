import { useLoaderData, useNavigate, useNavigation, useRevalidator } from '@remix-run/react'
import { useAppBridge } from '@shopify/app-bridge-react'
import { useState } from 'react'
import { z } from 'zod'
import { simulatorPage } from '#app/flow/rewards/simulator.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { SimulatorPage } from '#app/domain/rewards/simulation.ts'
import { QuestionText } from '#app/ui/reward-simulator-fields.ts'
import { SimulatorScreen } from '#app/ui/reward-simulator.tsx'

const Query = z.object({ q: QuestionText.optional() })

/** What Shopify's discounts need; the same as for a reward. */
const SCOPE = 'write_discounts'

export const loader = forMerchant({ query: Query }, ({ shop, query }) => simulatorPage(shop, query.q ?? null))

export default function Simulate() {
  const page = useLoaderData<SimulatorPage>()
  const navigate = useNavigate()
  const navigation = useNavigation()
  const revalidator = useRevalidator()
  const shopify = useAppBridge()
  const [isAsking, setIsAsking] = useState(false)
  async function allow() {
    setIsAsking(true)
    await shopify.scopes.request([SCOPE]).finally(() => setIsAsking(false))
    void revalidator.revalidate()
  }
  return (
    <SimulatorScreen
      page={page}
      isBusy={isAsking || navigation.state !== 'idle' || revalidator.state !== 'idle'}
      onTry={(question) =>
        void navigate(`/app/rewards/simulate?q=${encodeURIComponent(JSON.stringify(question))}`, { replace: true })
      }
      onAllow={() => void allow()}
      onAgain={() => void revalidator.revalidate()}
    />
  )
}
