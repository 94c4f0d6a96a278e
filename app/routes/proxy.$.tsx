import { REWARD_ROADS } from '#app/flow/rewards/visitor.ts'
import { SURVEY_ROADS } from '#app/flow/survey/visitor.ts'
import { forVisitor } from '#app/outside/request.server.ts'

const door = forVisitor({ ...REWARD_ROADS, ...SURVEY_ROADS })

export const loader = door
export const action = door
