import { VISITOR_ROADS } from '#app/flow/rewards/visitor.ts'
import { forVisitor } from '#app/outside/request.server.ts'

const door = forVisitor(VISITOR_ROADS)

export const loader = door
export const action = door
