import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  GraphQLError,
  execute,
  getNamedType,
  getOperationAST,
  parse,
  validate,
} from 'graphql'
import { accessDenied, notApproved, requiredAccess, satisfies } from './admin/access.ts'
import { fragmentsOf } from './admin/bulk-validators.ts'
import { pageOf } from './admin/connections.ts'
import { actualCost, requestedCost } from './admin/cost.ts'
import {
  coerceVariables,
  parseError,
  throttledError,
  tooExpensive,
  validationError,
  type ShopifyError,
} from './admin/errors.ts'
import type { Args, Call } from './admin/played.ts'
import { FIELDS, LISTS, typenameOf } from './admin/registry.ts'
import { notPlayed } from './admin/search.ts'

const MAX_COST = 1000
const MAX_INPUT_ARRAY = 250

export type AdminRequest = { query: string; variables?: Record<string, unknown> | null; operationName?: string | null }
export type AdminAnswer = {
  data?: Record<string, unknown> | null
  errors?: ShopifyError[]
  extensions?: { cost: unknown }
}

const documents = new Map<string, DocumentNode | { errors: ShopifyError[] }>()

/** Parsed and validated once per text: apps send the same documents for ever. */
function prepared(call: Call, query: string): DocumentNode | { errors: ShopifyError[] } {
  const known = documents.get(query)
  if (known) return known
  const result = prepare(call, query)
  if (documents.size > 500) documents.clear()
  documents.set(query, result)
  return result
}

function prepare(call: Call, query: string): DocumentNode | { errors: ShopifyError[] } {
  let document: DocumentNode
  try {
    document = parse(query)
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [parseError(error)] }
    throw error
  }
  const errors = validate(call.shop.admin.schema, document)
  return errors.length > 0 ? { errors: errors.map((error) => validationError(document, error)) } : document
}

/** Answers one Admin GraphQL request as Shopify would: cost, bucket, scopes, protected data, then the world. */
export function answer(call: Call, request: AdminRequest): AdminAnswer {
  const { shop } = call
  const { schema } = shop.admin
  const document = prepared(call, request.query)
  if ('errors' in document) return document
  const operation = getOperationAST(document, request.operationName)
  // Unverified wording and code: no recording shows a request without an operation.
  if (!operation) return { errors: [{ message: 'No operation found', extensions: { code: 'BAD_REQUEST' } }] }
  const first = operation.selectionSet.selections[0]
  const rootName = first?.kind === 'Field' ? first.name.value : ''
  const counted = {
    operation: operation.name?.value ?? rootName,
    root: rootName,
    at: shop.world.now(),
    points: 0,
    isThrottled: false,
  }
  shop.calls.push(counted)

  const { values, errors } = coerceVariables(schema, operation, request.variables ?? {})
  if (errors.length > 0) return { errors }
  const tooLong = oversized(values, rootName)
  if (tooLong) return { errors: [tooLong] }

  const costing = { schema, fragments: fragmentsOf(document), variables: values }
  const requestedQueryCost = requestedCost(costing, operation)
  const cost = (actualQueryCost: number | null) => ({
    cost: { requestedQueryCost, actualQueryCost, throttleStatus: shop.bucket.status() },
  })
  if (requestedQueryCost > MAX_COST) return { errors: [tooExpensive(requestedQueryCost, MAX_COST)] }
  const forced = shop.faults.throttledNext > 0
  if (forced) shop.faults.throttledNext -= 1
  if (forced || !shop.bucket.take(requestedQueryCost)) {
    counted.isThrottled = true
    return { errors: [throttledError()], extensions: cost(null) }
  }

  const result = run(call, document, request.operationName, values)
  const actual = Math.min(requestedQueryCost, actualCost(costing, operation, result.data))
  shop.bucket.giveBack(requestedQueryCost - actual)
  counted.points = actual
  const failed = result.errors?.map(executionError)
  return {
    ...(failed ? { errors: failed } : {}),
    data: (result.data ?? null) as Record<string, unknown> | null,
    extensions: cost(actual),
  }
}

/** Runs a document with coerced variables; nothing here waits, so the world cannot change half-way. */
export function run(
  call: Call,
  document: DocumentNode,
  operationName: string | null | undefined,
  variableValues: Record<string, unknown>,
): ExecutionResult {
  const result = execute({
    schema: call.shop.admin.schema,
    document,
    rootValue: {},
    contextValue: call,
    variableValues,
    operationName: operationName ?? undefined,
    fieldResolver: resolve,
    typeResolver: (source) => typenameOf(source),
  })
  if (result instanceof Promise) throw new Error('A resolver of the local shop must not wait')
  return result
}

const resolve: GraphQLFieldResolver<unknown, Call> = (source, args: Args, call, info) => {
  const field = info.parentType.getFields()[info.fieldName]!
  guard(call, info.parentType, info.fieldName, getNamedType(field.type).name)
  const forced = forcedUserErrors(call, info.parentType.name, info.fieldName)
  if (forced) return forced
  return valueOf(call, info.parentType, info.fieldName, source, args)
}

/** Scopes, protected data and the test's own faults, before any value is looked at. */
export function guard(call: Call, parent: GraphQLObjectType, name: string, answerType: string): void {
  const { admin, faults, level2 } = call.shop
  const field = parent.getFields()[name]!
  if (!answerType.endsWith('Payload')) {
    const required = requiredAccess(admin, parent, field as never)
    if (required !== null && !satisfied(required, call)) throw accessDenied(name, required)
  }
  if (!level2 && admin.marksOfField(parent.name, name).protectedContent !== null) throw notApproved(name)
  const partial = faults.partialData
  if (partial && partial.type === parent.name && partial.field === name)
    throw new GraphQLError(partial.message, { extensions: { code: 'INTERNAL_SERVER_ERROR' } })
}

const verdicts = new WeakMap<ReadonlySet<string>, Map<string, boolean>>()

function satisfied(required: string, call: Call): boolean {
  let own = verdicts.get(call.scopes)
  if (!own) verdicts.set(call.scopes, (own = new Map()))
  let verdict = own.get(required)
  if (verdict === undefined) own.set(required, (verdict = satisfies(required, call.scopes)))
  return verdict
}

/** A played field's value. Types that no registry names are plain answers of ours: their own properties count. */
export function valueOf(call: Call, parent: GraphQLObjectType, name: string, source: unknown, args: Args): unknown {
  const list = LISTS[parent.name]?.[name]
  if (list) return pageOf(list(source as never, args, call), args)
  const played = FIELDS[parent.name]
  const own = played?.[name]
  if (own) return own(source as never, args, call)
  const plain = source as Record<string, unknown>
  if (!played && Object.hasOwn(plain, name)) return plain[name]
  throw notPlayed(`${parent.name}.${name}`)
}

/** What any mutation that is played answers beside its errors. */
const NOTHING_DONE = {
  node: null,
  metafields: [],
  bulkOperation: null,
  stagedTargets: [],
  deletedMetafields: [],
  createdDefinition: null,
  deletedDefinition: null,
  deletedDefinitionId: null,
  segment: null,
  deletedSegmentId: null,
  webhookSubscription: null,
  deletedWebhookSubscriptionId: null,
  codeDiscountNode: null,
  deletedCodeDiscountId: null,
  bulkCreation: null,
  storeCreditAccountTransaction: null,
  webPixel: null,
  deletedWebPixelId: null,
}

function forcedUserErrors(call: Call, parent: string, name: string): unknown {
  const fault = call.shop.faults.userErrors
  if (parent !== 'Mutation' || !fault || fault.mutation !== name || fault.times <= 0) return null
  fault.times -= 1
  const userErrors = fault.errors.map((error) => ({ code: null, elementIndex: null, extraInfo: null, ...error }))
  return { ...NOTHING_DONE, userErrors }
}

function oversized(values: Record<string, unknown>, root: string): ShopifyError | null {
  for (const [name, value] of Object.entries(values)) {
    if (!Array.isArray(value) || value.length <= MAX_INPUT_ARRAY) continue
    return {
      message: `The input array size of ${value.length} is greater than the maximum allowed of ${MAX_INPUT_ARRAY}.`,
      path: [root, name],
      extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' },
    }
  }
  return null
}

function executionError(error: GraphQLError): ShopifyError {
  const code = error.extensions['code'] ?? 'INTERNAL_SERVER_ERROR'
  return {
    message: error.message,
    locations: error.locations,
    extensions: { ...error.extensions, code },
    path: error.path,
  }
}
