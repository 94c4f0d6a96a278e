import type { WorldCollection } from '../world.ts'
import { dateTime, gid } from './money.ts'
import type { Args, Call, List, PlayedFields, PlayedLists } from './played.ts'
import { compareDate, compareNumber, compileSearch, idIn, notPlayed, type Filters } from './search.ts'

const FILTERS: Filters<WorldCollection> = {
  id: (collection, operator, value) => compareNumber(collection.id, operator, idIn(value)),
  updated_at: (collection, operator, value) => compareDate(collection.updatedAt, operator, value),
}

function collectionList(call: Call, args: Args): List {
  const key = String(args['sortKey'] ?? 'ID')
  if (key !== 'ID') throw notPlayed(`the sort key ${key} of collections`)
  const passes = compileSearch(args['query'], FILTERS, 'collections')
  const sortValue = (collection: WorldCollection) => collection.id
  const items = [...call.shop.world.collections.values()].filter(passes).sort((a, b) => a.id - b.id)
  return { items, sortValue, reverse: args['reverse'] === true }
}

function productsOf(collection: WorldCollection, call: Call): unknown[] {
  return collection.productIds.flatMap((id) => call.shop.world.products.get(id) ?? [])
}

export const collectionFields: PlayedFields = {
  Collection: {
    id: (collection: WorldCollection) => gid('Collection', collection.id),
    title: (collection: WorldCollection) => collection.title,
    handle: (collection: WorldCollection) => collection.handle,
    updatedAt: (collection: WorldCollection) => dateTime(collection.updatedAt),
  },
}

export const collectionLists: PlayedLists = {
  QueryRoot: { collections: (_root: unknown, args, call) => collectionList(call, args) },
  Collection: {
    products: (collection: WorldCollection, args, call) => {
      if (args['sortKey'] != null && args['sortKey'] !== 'ID' && args['sortKey'] !== 'COLLECTION_DEFAULT')
        throw notPlayed(`the sort key ${String(args['sortKey'])} of a collection's products`)
      return { items: productsOf(collection, call), reverse: args['reverse'] === true }
    },
  },
}
