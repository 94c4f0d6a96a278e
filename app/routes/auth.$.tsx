import { authenticate } from '#app/outside/request.server.ts'

export const loader = authenticate
