import { cardPage } from '#app/flow/segments/card.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { BigCardParams } from '#app/ui/card-fields.ts'
import { CardPrintRoad } from '#app/ui/card-road.tsx'

export const loader = forMerchant({ params: BigCardParams }, ({ shop, params }) => cardPage(shop, params.card))

export default CardPrintRoad
