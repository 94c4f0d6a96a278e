import { InvalidInput } from '#app/errors.ts'
import { forMerchant } from '#app/outside/request.server.ts'

/** An address under /app that no page has: said in the frame, in words. */
export const loader = forMerchant({}, () => {
  throw new InvalidInput('no such page', { code: 'not-found' })
})

export default function Nowhere() {
  return null
}
