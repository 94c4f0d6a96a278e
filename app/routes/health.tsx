import { health } from '#app/outside/request.server.ts'

export const loader = health
