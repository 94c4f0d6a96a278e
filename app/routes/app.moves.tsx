import { useLoaderData, useSearchParams } from '@remix-run/react'
import { z } from 'zod'
import { movesPage } from '#app/flow/segments/moves.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { MOVES_DAYS, stagePair, type MovesPage } from '#app/domain/moves.ts'
import { MovesScreen } from '#app/ui/moves-page.tsx'

/** What is no period or no move is as if it were not asked for: an address may be written by hand. */
const Query = z.object({
  days: z.coerce.number().pipe(z.literal(MOVES_DAYS)).catch(30),
  from: z.iso.date().optional().catch(undefined),
  to: z.iso.date().optional().catch(undefined),
  move: z.string().max(40).transform(stagePair).nullable().catch(null).default(null),
})

export const loader = forMerchant({ query: Query }, ({ shop, query: { days, from, to, move } }) =>
  movesPage(shop, from !== undefined && to !== undefined && from <= to ? { from, to } : { days }, move),
)

export default function Moves() {
  const page = useLoaderData<MovesPage>()
  const [, setSearch] = useSearchParams()
  return (
    <MovesScreen
      page={page}
      onPeriod={(period) => setSearch('days' in period ? { days: String(period.days) } : period)}
    />
  )
}
