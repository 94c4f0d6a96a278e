import { uninstallShop as uninstall } from '#app/flow/sync/privacy.ts'
import { defineJob } from '#app/outside/queue.server.ts'

export const uninstallShop = defineJob({ kind: 'uninstall-shop', handler: uninstall })
