import type { World } from '../world.ts'

type Entity = { id: number }
type Kept = { version: number; items: Entity[] }
const kept = new WeakMap<World, Map<string, Kept>>()

/** Everything of one kind in ascending order; sorted again only when the world changed since. */
export function sortedBy<K extends 'orders' | 'customers' | 'products'>(
  world: World,
  kind: K,
  key: string,
  valueOf: (item: World[K] extends Map<number, infer T> ? T : never) => string | number,
): (World[K] extends Map<number, infer T> ? T : never)[] {
  type Item = World[K] extends Map<number, infer T> ? T & Entity : never
  let own = kept.get(world)
  if (!own) kept.set(world, (own = new Map()))
  const name = `${kind}.${key}`
  const known = own.get(name)
  if (known && known.version === world.version) return known.items as Item[]
  const items = [...(world[kind] as Map<number, unknown>).values()] as Item[]
  items.sort((a, b) => {
    const left = valueOf(a)
    const right = valueOf(b)
    return left < right ? -1 : left > right ? 1 : a.id - b.id
  })
  own.set(name, { version: world.version, items })
  return items
}
