import type { World } from '../world.ts'

/** `$app` and `$app:x` are the app's own namespaces; an omitted one is `$app`. */
export function resolveNamespace(world: World, namespace: string | null | undefined): string {
  if (namespace == null || namespace === '$app') return `app--${world.appId}`
  return namespace.startsWith('$app:') ? `app--${world.appId}--${namespace.slice('$app:'.length)}` : namespace
}
