import type { BulkOperation } from '../bulk.ts'
import type { StagedInput } from '../staged-uploads.ts'
import { dateTime, dateTimeOrNull, gid, readGid } from './money.ts'
import type { PlayedFields, PlayedLists } from './played.ts'
import { compileSearch, type Filters } from './search.ts'

const FILTERS: Filters<BulkOperation> = {
  status: (operation, _operator, value) => operation.status === value.toUpperCase(),
  operation_type: (operation, _operator, value) => operation.type === value.toUpperCase(),
  id: (operation, _operator, value) => operation.id === Number(value.replace(/\D+/g, '')),
}

export const bulkFields: PlayedFields = {
  Mutation: {
    bulkOperationRunQuery: (_root, args, call) =>
      call.shop.bulk.runQuery(String(args['query']), args['groupObjects'] === true, call),
    bulkOperationRunMutation: (_root, args, call) =>
      call.shop.bulk.runMutation(
        String(args['mutation']),
        String(args['stagedUploadPath']),
        (args['clientIdentifier'] as string | null | undefined) ?? null,
        call,
      ),
    bulkOperationCancel: (_root, args, call) => call.shop.bulk.cancel(readGid(args['id'])?.id ?? 0),
    stagedUploadsCreate: (_root, args, call) => call.shop.uploads.create(args['input'] as StagedInput[]),
  },
  QueryRoot: {
    bulkOperation: (_root, args, call) => call.shop.bulk.byId(readGid(args['id'])?.id ?? 0),
  },
  BulkOperation: {
    id: (operation: BulkOperation) => gid('BulkOperation', operation.id),
    status: (operation: BulkOperation) => operation.status,
    type: (operation: BulkOperation) => operation.type,
    errorCode: (operation: BulkOperation) => operation.errorCode,
    createdAt: (operation: BulkOperation) => dateTime(operation.createdAt),
    completedAt: (operation: BulkOperation) => dateTimeOrNull(operation.completedAt),
    objectCount: (operation: BulkOperation) => String(operation.objectCount),
    rootObjectCount: (operation: BulkOperation) => String(operation.rootObjectCount),
    fileSize: (operation: BulkOperation) => (operation.fileSize === null ? null : String(operation.fileSize)),
    url: (operation: BulkOperation) => operation.url,
    partialDataUrl: (operation: BulkOperation) => operation.partialDataUrl,
    query: (operation: BulkOperation) => operation.query,
  },
}

export const bulkLists: PlayedLists = {
  QueryRoot: {
    bulkOperations: (_root: unknown, args, call) => ({
      items: call.shop.bulk.all().filter(compileSearch(args['query'], FILTERS, 'bulkOperations')),
      sortValue: (operation: BulkOperation) => operation.createdAt,
      reverse: args['reverse'] === true,
    }),
  },
}
