/** The web process of the production build. */
// Before anything is loaded: React and the configuration take what is not said to be for development.
// eslint-disable-next-line no-restricted-properties -- set, not read: config.server.ts reads it a moment later
process.env.NODE_ENV ??= 'production'

const [
  build,
  { storeEvents },
  { REWARD_ROADS },
  { SURVEY_ROADS },
  { config },
  { closeDatabase },
  { eventDoor },
  { startWeb },
  { log },
  { visitorDoor },
] = await Promise.all([
  import('virtual:remix/server-build'),
  import('./flow/events/receive.ts'),
  import('./flow/rewards/visitor.ts'),
  import('./flow/survey/visitor.ts'),
  import('./outside/config.server.ts'),
  import('./outside/database.server.ts'),
  import('./outside/events.server.ts'),
  import('./outside/http.server.ts'),
  import('./outside/log.server.ts'),
  import('./outside/visitor.server.ts'),
])

const web = await startWeb(
  build,
  { visitors: visitorDoor({ ...REWARD_ROADS, ...SURVEY_ROADS }), events: eventDoor(storeEvents) },
  { port: config.port, host: config.host },
)

let isEnding = false
async function end(): Promise<void> {
  if (isEnding) return
  isEnding = true
  // What hangs must not keep the process: Shopify delivers again what was not answered.
  setTimeout(() => process.exit(1), 25_000).unref()
  await web.stop()
  await closeDatabase()
  log.info({}, 'web stopped')
  process.exit(0)
}
process.on('SIGTERM', () => void end())
process.on('SIGINT', () => void end())

export {}
