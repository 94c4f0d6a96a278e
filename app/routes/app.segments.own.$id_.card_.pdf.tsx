import { cardPage, cardPdf } from '#app/flow/segments/card.ts'
import { getSettings } from '#app/flow/settings.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { OwnCardParams, PdfQuery } from '#app/ui/card-fields.ts'
import { cardSheetIn } from '#app/ui/card-text.ts'

/** The card for the team, as a file. Asked for with fetch, so it answers a plain Response. */
export const loader = forMerchant({ params: OwnCardParams, query: PdfQuery }, async ({ shop, params, query }) => {
  const [page, { cherryPublicName }] = await Promise.all([cardPage(shop, params.card), getSettings(shop)])
  const pdf = await cardPdf(cardSheetIn(page, query.locale, cherryPublicName))
  return new Response(pdf, { headers: { 'Content-Type': 'application/pdf', 'Cache-Control': 'no-store' } })
})
