import { print } from 'graphql'

import { AccessLost, OutsideFailure } from '#app/errors.ts'
import type { Id } from '#app/domain/order.ts'
import {
  BulkRecentDocument,
  BulkRunDocument,
  BulkStatusDocument,
  CustomersBulkDocument,
  CustomersCountedBulkDocument,
  OrdersBulkDocument,
} from '#app/outside/admin.generated.ts'
import type { Admin } from '#app/outside/shopify.server.ts'
import { idOf, type Subject } from './read-order.ts'
import type { Run } from './runs.ts'

const OPERATION = 'gid://shopify/BulkOperation/'
/** How far Shopify's clock and the database's may differ. */
const CLOCK_SLACK_MS = 60_000

/** The text that Shopify runs by itself, from the same document as the pages; it takes no variables, hence the second. */
export function bulkText(subject: Subject, isCounted = false): string {
  if (subject === 'orders') return print(OrdersBulkDocument)
  return print(isCounted ? CustomersCountedBulkDocument : CustomersBulkDocument)
}

/** When a run began, and which operations it has thrown away. */
type Begun = Pick<Run, 'startedAt' | 'problem'>

/** What Shopify says of an operation. */
export type Operation =
  | { is: 'running'; objectCount: number; rootObjectCount: number }
  | { is: 'ready'; url: string | null; objectCount: number; rootObjectCount: number; fileSize: number | null }
  /** Failed, cancelled, expired or unknown: what it has written so far is never taken for the whole. */
  | { is: 'lost'; why: string }

/**
 * Starts the run's operation, or finds the one that a worker started before it died. Null: Shopify runs as many as it
 * may for this shop; ask again later.
 *
 * @param query   as Shopify runs it
 * @param others  operations of other runs: what they were shown is not what this one asks for
 * @throws {OutsideFailure} shopify-refused, in Shopify's words
 */
export async function startOperation(
  admin: Admin,
  query: string,
  run: Begun,
  others: readonly Id[],
): Promise<Id | null> {
  const started = await findStarted(admin, run, query, others)
  if (started !== null) return started
  const { bulkOperationRunQuery: answer } = await admin.change(BulkRunDocument, { query })
  const operation = answer?.bulkOperation
  if (operation) return idOf(operation.id, OPERATION, 'bulkOperation')
  const errors = answer?.userErrors ?? []
  if (errors.some((error) => error.code === 'OPERATION_IN_PROGRESS' || error.code === 'LIMIT_REACHED')) return null
  throw new OutsideFailure('shopify-refused', errors.map((error) => error.message).join(' ') || 'no bulk operation')
}

/** Ours of lately with the same text: begun with this run, not thrown away by it, still good for something. */
async function findStarted(admin: Admin, run: Begun, query: string, others: readonly Id[]): Promise<Id | null> {
  const { bulkOperations } = await admin.ask(BulkRecentDocument, {})
  for (const { node } of bulkOperations.edges) {
    if (node.type !== 'QUERY' || node.query.trim() !== query.trim()) continue
    if (node.status !== 'CREATED' && node.status !== 'RUNNING' && node.status !== 'COMPLETED') continue
    if (Date.parse(node.createdAt) < run.startedAt - CLOCK_SLACK_MS) continue
    const id = idOf(node.id, OPERATION, 'bulkOperation')
    if (!run.problem?.discarded?.includes(id) && !others.includes(id)) return id
  }
  return null
}

/** @throws {AccessLost} scope-missing: Shopify stopped the operation for want of access */
export async function operationOf(admin: Admin, id: Id): Promise<Operation> {
  const { bulkOperation: told } = await admin.ask(BulkStatusDocument, { id: OPERATION + id })
  if (!told) return { is: 'lost', why: 'unknown' }
  const objectCount = Number(told.objectCount)
  const rootObjectCount = Number(told.rootObjectCount)
  switch (told.status) {
    case 'CREATED':
    case 'RUNNING':
    case 'CANCELING':
      return { is: 'running', objectCount, rootObjectCount }
    case 'COMPLETED':
      return {
        is: 'ready',
        url: told.url,
        objectCount,
        rootObjectCount,
        fileSize: told.fileSize === null ? null : Number(told.fileSize),
      }
    default:
      if (told.errorCode === 'ACCESS_DENIED')
        throw new AccessLost('scope-missing', `bulk operation ${id} was denied access`)
      return { is: 'lost', why: told.errorCode ?? told.status }
  }
}
