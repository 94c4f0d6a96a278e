import type { Args, Call, PlayedFields } from './played.ts'
import { notPlayed } from './search.ts'

function receive(args: Args, call: Call) {
  if (args['body'] != null) throw notPlayed('flowTriggerReceive with a body')
  const payload = (args['payload'] ?? {}) as Record<string, unknown>
  const problem = call.shop.flow.start(String(args['handle'] ?? ''), payload, call.shop.world.now())
  return { userErrors: problem === null ? [] : [{ field: ['body'], message: problem }] }
}

export const flowFields: PlayedFields = {
  Mutation: { flowTriggerReceive: (_root, args, call) => receive(args, call) },
}
