import type { Api } from '@shopify/ui-extensions/admin.customer-segment-details.action.render'

/** The largest page that Shopify gives, and the most that our server takes. */
const MEMBERS_AT_ONCE = 1000

// Ids only: names and addresses of members would be personal data that nobody here needs.
const MEMBERS = `query SegmentMembers($segment: ID!, $first: Int!) {
  customerSegmentMembers(segmentId: $segment, first: $first) { totalCount edges { node { id } } }
}`

type Answer = { customerSegmentMembers: { totalCount: number; edges: { node: { id: string } }[] } | null }

/** The segment's first members as customer ids and how many members there are; null: Shopify does not tell this person. */
export async function membersOf(api: Api): Promise<{ ids: string[]; total: number } | null> {
  const segment = api.data.selected[0]?.id
  if (!segment) return null
  try {
    const { data, errors } = await api.query<Answer>(MEMBERS, { variables: { segment, first: MEMBERS_AT_ONCE } })
    const members = errors?.length ? null : data?.customerSegmentMembers
    if (!members) return null
    // A member's id ends in the number of the customer's. Shopify does not promise it: were it otherwise, everybody would
    // count as not known.
    return { ids: members.edges.map(({ node }) => node.id.split('/').at(-1)!), total: members.totalCount }
  } catch {
    return null
  }
}
