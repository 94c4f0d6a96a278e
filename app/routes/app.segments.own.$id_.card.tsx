import { cardPage, reviewCard } from '#app/flow/segments/card.ts'
import { saveCardWords } from '#app/flow/segments/card-words.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { CardForm, OwnCardParams } from '#app/ui/card-fields.ts'
import { CardRoad } from '#app/ui/card-road.tsx'

export const loader = forMerchant({ params: OwnCardParams }, ({ shop, params }) => cardPage(shop, params.card))

export const action = forMerchant({ params: OwnCardParams, form: CardForm }, async ({ shop, params, form }) => {
  if (form.intent === 'reviewed') await reviewCard(shop, params.card)
  else await saveCardWords(shop, params.card, form)
  return { saved: true }
})

export default CardRoad
