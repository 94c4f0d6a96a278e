/** One reward's discount in Shopify: made, found again, brought to what the reward says, and ended. */
import type { Problem } from '#app/domain/pages.ts'
import {
  boundSegment,
  ownDiscountPrefix,
  type OwnDiscount,
  type OwnDiscountKey,
  type WantedDiscount,
} from '#app/domain/rewards/discount.ts'
import {
  BasicDiscountCreateDocument,
  BasicDiscountUpdateDocument,
  DiscountByCodeDocument,
  DiscountDeactivateDocument,
  DiscountDeleteDocument,
  SegmentCreateDocument,
  SegmentDeleteDocument,
  SegmentsPageDocument,
  ShippingDiscountCreateDocument,
  ShippingDiscountUpdateDocument,
  type DiscountCodeBasicInput,
  type DiscountCodeFreeShippingInput,
} from '#app/outside/admin.generated.ts'
import type { Admin } from '#app/outside/shopify.server.ts'

type UserErrors = { field?: string[] | null; message: string; code?: string | null }[]
/** What came of asking: Shopify's id, or its refusal in its words. */
export type Asked = { gid: string; problem: null } | { gid: null; problem: Problem }

/**
 * Makes the discount. Whoever died after asking has left it there: it is known by its code and its title together, for a
 * code of the same text may be the merchant's own, and that one is never touched.
 */
export async function makeDiscount(admin: Admin, wanted: WantedDiscount, segmentGid: string | null): Promise<Asked> {
  const seen = await seenUnder(admin, wanted.code)
  if (seen) return seen.title === wanted.title ? { gid: seen.id, problem: null } : refusal([], 'code-taken')
  return create(admin, wanted, sharedInput(wanted, segmentGid))
}

/** As `makeDiscount`, of own codes: known by its first code and by what its title begins with. */
export async function makeOwnDiscount(
  admin: Admin,
  key: OwnDiscountKey,
  wanted: OwnDiscount,
  customers: readonly string[],
): Promise<Asked> {
  const seen = await seenUnder(admin, wanted.code)
  if (seen) return isOwn(seen, key) ? { gid: seen.id, problem: null } : refusal([], 'code-taken')
  const context = wanted.whom === 'anybody' ? EVERYBODY : { customers: { add: [...customers] } }
  return create(admin, wanted, { ...inputOf(wanted), code: wanted.code, context, usageLimit: 1 })
}

async function create(admin: Admin, wanted: WantedDiscount, common: Common): Promise<Asked> {
  const answer =
    wanted.what.kind === 'free-shipping'
      ? (await admin.change(ShippingDiscountCreateDocument, { discount: { ...common, destination: { all: true } } }))
          .discountCodeFreeShippingCreate
      : (await admin.change(BasicDiscountCreateDocument, { discount: { ...common, ...valueOf(wanted) } }))
          .discountCodeBasicCreate
  const errors = answer?.userErrors ?? []
  if (errors.some(({ code }) => code === 'TAKEN')) return refusal(errors, 'code-taken')
  const gid = answer?.codeDiscountNode?.id
  return gid ? { gid, problem: null } : refusal(errors, 'shopify-refused')
}

/** The discount that was asked for, if it is there; null: there is none, or its code is somebody else's. */
export async function findDiscount(admin: Admin, wanted: WantedDiscount): Promise<string | null> {
  const seen = await seenUnder(admin, wanted.code)
  return seen?.title === wanted.title ? seen.id : null
}

/** The same of own codes. */
export async function findOwnDiscount(admin: Admin, key: OwnDiscountKey, code: string): Promise<string | null> {
  const seen = await seenUnder(admin, code)
  return seen && isOwn(seen, key) ? seen.id : null
}

function isOwn({ title }: Seen, key: OwnDiscountKey): boolean {
  return title?.startsWith(ownDiscountPrefix(key)) ?? false
}

/** Whose code it is; null: nobody's. */
export async function discountOfCode(admin: Admin, code: string): Promise<string | null> {
  return (await seenUnder(admin, code))?.id ?? null
}

/** Whether checkout takes it, now or from its first moment on: the merchant may have ended or deleted it in Shopify. */
export async function isStanding(admin: Admin, { code }: WantedDiscount, gid: string): Promise<boolean> {
  const seen = await seenUnder(admin, code)
  return seen?.id === gid && seen.status !== 'EXPIRED'
}

type Seen = { id: string; title: string | null; status: string | null }

async function seenUnder(admin: Admin, code: string): Promise<Seen | null> {
  const { codeDiscountNodeByCode: found } = await admin.ask(DiscountByCodeDocument, { code })
  if (!found) return null
  const discount = 'title' in found.codeDiscount ? found.codeDiscount : { title: null, status: null }
  return { id: found.id, title: discount.title, status: discount.status }
}

/** Brings a discount that is there to what is wanted. `gid` null in the answer: Shopify refused, or it is gone. */
export async function changeDiscount(
  admin: Admin,
  gid: string,
  wanted: WantedDiscount,
  segmentGid: string | null,
): Promise<Asked> {
  return change(admin, gid, wanted, sharedInput(wanted, segmentGid))
}

/** The same of own codes: the code stays as it is, for Shopify refuses to change it once others came in bulk. */
export async function changeOwnDiscount(admin: Admin, gid: string, wanted: OwnDiscount): Promise<Asked> {
  return change(admin, gid, wanted, {
    ...inputOf(wanted),
    usageLimit: 1,
    ...(wanted.whom === 'anybody' ? { context: EVERYBODY } : {}),
  })
}

/** Lets more customers use the own codes; one who may already stays so. */
export async function bindCustomers(
  admin: Admin,
  gid: string,
  wanted: OwnDiscount,
  customers: readonly string[],
): Promise<Asked> {
  return change(admin, gid, wanted, { context: { customers: { add: [...customers] } } })
}

/** The opposite. No page says what Shopify does once nobody is left: here it is for nobody then. */
export async function unbindCustomers(
  admin: Admin,
  gid: string,
  wanted: OwnDiscount,
  customers: readonly string[],
): Promise<Asked> {
  return change(admin, gid, wanted, { context: { customers: { remove: [...customers] } } })
}

async function change(admin: Admin, gid: string, wanted: WantedDiscount, common: Common): Promise<Asked> {
  const safe = { isRepeatable: true }
  const answer =
    wanted.what.kind === 'free-shipping'
      ? (
          await admin.change(
            ShippingDiscountUpdateDocument,
            { id: gid, discount: { ...common, destination: { all: true } } },
            safe,
          )
        ).discountCodeFreeShippingUpdate
      : (
          await admin.change(
            BasicDiscountUpdateDocument,
            { id: gid, discount: { ...common, ...valueOf(wanted) } },
            safe,
          )
        ).discountCodeBasicUpdate
  const errors = answer?.userErrors ?? []
  return errors.length === 0 ? { gid, problem: null } : refusal(errors, 'shopify-refused')
}

/** Ends a discount; it stays among the merchant's with what it did. One that somebody has deleted is ended too. */
export async function endDiscount(admin: Admin, gid: string): Promise<Problem | null> {
  const { discountCodeDeactivate: answer } = await admin.change(
    DiscountDeactivateDocument,
    { id: gid },
    { isRepeatable: true },
  )
  return problemUnlessGone(answer?.userErrors ?? [])
}

/** Deletes a discount. */
export async function deleteDiscount(admin: Admin, gid: string): Promise<Problem | null> {
  const { discountCodeDelete: answer } = await admin.change(DiscountDeleteDocument, { id: gid }, { isRepeatable: true })
  return problemUnlessGone(answer?.userErrors ?? [])
}

type SeenPage = {
  edges: { node: { id: string; name: string } }[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

/** Makes the segment that a bound discount is for, or finds it again by its name. */
export async function makeSegment(admin: Admin, id: number): Promise<Asked> {
  const { name, query } = boundSegment(id)
  for (let after: string | null = null; ;) {
    const { segments }: { segments: SeenPage } = await admin.ask(SegmentsPageDocument, { after })
    const seen = segments.edges.find(({ node }) => node.name === name)
    if (seen) return { gid: seen.node.id, problem: null }
    after = segments.pageInfo.endCursor
    if (!segments.pageInfo.hasNextPage || after === null) break
  }
  const { segmentCreate: answer } = await admin.change(SegmentCreateDocument, { name, query })
  const gid = answer?.segment?.id
  return gid ? { gid, problem: null } : refusal(answer?.userErrors ?? [], 'shopify-refused')
}

export async function deleteSegment(admin: Admin, gid: string): Promise<Problem | null> {
  const { segmentDelete: answer } = await admin.change(SegmentDeleteDocument, { id: gid }, { isRepeatable: true })
  return problemUnlessGone(answer?.userErrors ?? [])
}

type Common = Omit<DiscountCodeFreeShippingInput & DiscountCodeBasicInput, 'destination' | 'customerGets'>

const EVERYBODY = { all: 'ALL' } as const

function sharedInput(wanted: WantedDiscount, segmentGid: string | null): Common {
  const context = segmentGid === null ? EVERYBODY : { customerSegments: { add: [segmentGid] } }
  return { ...inputOf(wanted), code: wanted.code, context }
}

function inputOf(wanted: WantedDiscount): Common {
  const { combines, what } = wanted
  return {
    title: wanted.title,
    appliesOncePerCustomer: true,
    startsAt: wanted.startsAt,
    endsAt: wanted.endsAt,
    minimumRequirement: wanted.minimum === null ? null : { subtotal: { greaterThanOrEqualToSubtotal: wanted.minimum } },
    // Shopify knows no shipping discount beside another.
    combinesWith: {
      orderDiscounts: combines,
      productDiscounts: combines,
      ...(what.kind === 'free-shipping' ? {} : { shippingDiscounts: combines }),
    },
  }
}

function valueOf({ what, products }: WantedDiscount): Pick<DiscountCodeBasicInput, 'customerGets'> {
  const value =
    what.kind === 'percent'
      ? { percentage: what.share }
      : what.kind === 'amount'
        ? { discountAmount: { amount: what.amount, appliesOnEachItem: false } }
        : {}
  const items =
    products.length === 0
      ? { all: true }
      : { products: { productsToAdd: products.map((id) => `gid://shopify/Product/${id}`) } }
  return { customerGets: { value, items } }
}

/** About the id it can only say that there is none such. */
function problemUnlessGone(errors: UserErrors): Problem | null {
  const others = errors.filter(({ field }) => field?.[0] !== 'id')
  return others.length === 0 ? null : refusal(others, 'shopify-refused').problem
}

function refusal(errors: UserErrors, kind: 'code-taken' | 'shopify-refused'): Asked & { gid: null } {
  const detail = errors.map(({ message }) => message).join(' ')
  return { gid: null, problem: { kind, ...(detail === '' ? {} : { detail: detail.slice(0, 500) }) } }
}
