/** One entry of a GraphQL answer's `errors`. */
export type GraphQLProblem = {
  message: string
  path?: (string | number)[]
  extensions?: { code?: string; requiredAccess?: string }
}

/** Why a request to the Admin API brought nothing, by what can be done about it. */
export type Trouble =
  | { kind: 'token'; refused: string }
  | { kind: 'lost'; code: 'scope-missing' | 'shop-gone'; detail: string }
  | { kind: 'refused'; detail: string }
  | {
      kind: 'wait'
      code: 'shopify-unavailable' | 'shopify-throttled'
      detail: string
      /** A mutation may be sent again. */
      isSurelyNotExecuted: boolean
      /** As computed or as Shopify asks; null: our own backoff. */
      waitMs: number | null
    }

// Shopify's servers in trouble, in the words of extensions.code.
const PASSING = new Set(['INTERNAL_SERVER_ERROR', 'TIMEOUT', 'SERVICE_UNAVAILABLE'])

/**
 * What the errors of an answer with HTTP 200 mean; null if the answer's data may be used as it is. Only extensions.code
 * decides: the texts differ between Shopify's servers and change without notice.
 *
 * @param hasData       something in `data` is not null
 * @param mayBePartial  the caller takes holes where Shopify denies a field (protected customer data, a missing scope)
 */
export function adminTrouble(
  errors: GraphQLProblem[],
  { hasData, mayBePartial }: { hasData: boolean; mayBePartial: boolean },
): Trouble | null {
  const codes = errors.map((error) => error.extensions?.code ?? '')
  if (codes.includes('THROTTLED')) {
    return {
      kind: 'wait',
      code: 'shopify-throttled',
      detail: 'THROTTLED',
      isSurelyNotExecuted: !hasData,
      waitMs: null,
    }
  }
  if (codes.includes('SHOP_INACTIVE')) return { kind: 'lost', code: 'shop-gone', detail: 'SHOP_INACTIVE' }
  const denied = errors.filter((error) => error.extensions?.code === 'ACCESS_DENIED')
  if (denied.length === errors.length) {
    if (mayBePartial && hasData) return null
    return { kind: 'lost', code: 'scope-missing', detail: scopesOf(denied) }
  }
  if (codes.some((code) => PASSING.has(code))) {
    return {
      kind: 'wait',
      code: 'shopify-unavailable',
      detail: codes.join(' '),
      isSurelyNotExecuted: false,
      waitMs: null,
    }
  }
  return { kind: 'refused', detail: `${codes.join(' ') || 'no code'} at ${pathsOf(errors)}` }
}

// "`write_orders` access scope. Also: …"; where Shopify names none, the field says what was asked for.
function scopesOf(denied: GraphQLProblem[]): string {
  const scopes = denied.flatMap((error) => error.extensions?.requiredAccess?.match(/\b(?:read|write)_[a-z_]+/g) ?? [])
  return scopes.length ? [...new Set(scopes)].join(', ') : `access to ${pathsOf(denied)}`
}

function pathsOf(errors: GraphQLProblem[]): string {
  return [...new Set(errors.map((error) => error.path?.join('.') ?? 'the document'))].join(', ')
}
