import { storeEvents } from '#app/flow/events/receive.ts'
import { forPixel } from '#app/outside/request.server.ts'

export const action = forPixel(storeEvents)

export const loader = () => new Response(null, { status: 405, headers: { allow: 'POST' } })
