import { forWebhook } from '#app/outside/request.server.ts'

export const action = forWebhook()

export const loader = () => new Response(null, { status: 405, headers: { allow: 'POST' } })
