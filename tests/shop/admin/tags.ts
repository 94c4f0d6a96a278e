import { needScope } from './access.ts'
import { splitTags } from '../tags.ts'
import { readGid } from './money.ts'
import type { Args, Call, PlayedFields } from './played.ts'
import { notPlayed } from './search.ts'

const MAX_TAGS = 250

function change(name: string, args: Args, call: Call, apply: (own: string[], given: string[]) => string[]) {
  needScope(call.scopes, 'write_customers', name)
  const at = readGid(args['id'])
  if (at && at.type !== 'Customer') throw notPlayed(`${name} of a ${at.type}`)
  const customer = at ? call.shop.world.customers.get(at.id) : undefined
  if (!customer) return { node: null, userErrors: [{ field: ['id'], message: 'Customer does not exist' }] }
  const tags = apply(customer.tags, splitTags(args['tags'] as string[]))
  if (tags.length > MAX_TAGS)
    return { node: null, userErrors: [{ field: ['tags'], message: `Tags cannot be more than ${MAX_TAGS}` }] }
  call.shop.happen.tagsWritten(customer, tags)
  return { node: customer, userErrors: [] }
}

export const tagFields: PlayedFields = {
  Mutation: {
    tagsAdd: (_root, args, call) =>
      change('tagsAdd', args, call, (own, given) => {
        const has = new Set(own.map((tag) => tag.toLowerCase()))
        return [...own, ...given.filter((tag) => !has.has(tag.toLowerCase()))]
      }),
    tagsRemove: (_root, args, call) =>
      change('tagsRemove', args, call, (own, given) => {
        const gone = new Set(given.map((tag) => tag.toLowerCase()))
        return own.filter((tag) => !gone.has(tag.toLowerCase()))
      }),
  },
}
