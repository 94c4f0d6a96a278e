import { announceMoves, type MoveText } from '#app/flow/publication/announce.ts'
import { defineJob } from '#app/outside/queue.server.ts'

/** @param textOf  the screens' words, which the worker hands in: a job knows no screen */
export function announceJob(textOf: MoveText) {
  return defineJob({ kind: 'announce', handler: ({ shop, ...hold }) => announceMoves(shop, textOf, hold) })
}
