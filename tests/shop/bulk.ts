import { GraphQLError, parse } from 'graphql'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { bulkLines, planBulk, type BulkPlan } from './admin/bulk-plan.ts'
import {
  isPlayedBulkMutation,
  mutationProblems,
  operationOf,
  queryProblems,
  type BulkUserError,
} from './admin/bulk-validators.ts'
import { coerceVariables } from './admin/errors.ts'
import { dateTime, gid } from './admin/money.ts'
import type { Call, PlayedShop } from './admin/played.ts'
import { notPlayed } from './admin/search.ts'
import { run } from './admin-api.ts'
import type { BulkFiles, ResultFile } from './bulk-files.ts'

const AT_ONCE = 5
const MAX_QUERY_BYTES = 65_535
const TURN_MS = 25

export type BulkOperation = {
  kind: 'BulkOperation'
  id: number
  type: 'QUERY' | 'MUTATION'
  status: 'CREATED' | 'RUNNING' | 'COMPLETED' | 'CANCELING' | 'CANCELED' | 'FAILED'
  errorCode: string | null
  createdAt: number
  completedAt: number | null
  objectCount: number
  rootObjectCount: number
  fileSize: number | null
  url: string | null
  partialDataUrl: string | null
  query: string
}

/** How long an operation takes: a wait before it starts, then so many objects a second. */
export type Pace = { startMs: number; objectsPerSecond: number }

/** A finished file given from outside, served for any bulk query on that root connection. */
export type ReadyFile = { path: string; etag: string; objectCount: number; rootObjectCount: number }

type Payload = { bulkOperation: BulkOperation | null; userErrors: BulkUserError[] }

const NO_FILE =
  "The JSONL file could not be found. Try uploading the file again, and check that you've entered the URL correctly for the stagedUploadPath mutation argument."

/** Bulk queries and mutations of one app in one shop. */
export class BulkOperations {
  parse = parse
  pace: Pace
  ready = new Map<string, ReadyFile>()
  files: BulkFiles
  #shop: () => PlayedShop
  #operations: BulkOperation[] = []
  #running = new Set<Promise<void>>()
  #stopped = false

  constructor(shop: () => PlayedShop, files: BulkFiles, pace: Pace) {
    this.#shop = shop
    this.files = files
    this.pace = pace
  }

  byId(id: number): BulkOperation | null {
    return this.#operations.find((one) => one.id === id) ?? null
  }

  all(): BulkOperation[] {
    return [...this.#operations]
  }

  /** Waits until nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  stop(): void {
    this.#stopped = true
  }

  runQuery(query: string, grouped: boolean, call: Call): Payload {
    const problems = queryProblems(call.shop.admin.schema, query)
    if (problems.length > 0) return { bulkOperation: null, userErrors: problems }
    const busy = this.#busy('QUERY')
    if (busy) return busy
    let plan: BulkPlan | null = null
    try {
      plan = planBulk(call, query)
    } catch (error) {
      // Shopify lets the operation start and fail; what we do not play must be an error at once.
      if (!(error instanceof GraphQLError) || error.extensions['code'] !== 'ACCESS_DENIED') throw error
    }
    const operation = this.#add('QUERY', query)
    this.#start(operation, (file) => this.#writeQuery(operation, plan, grouped, file))
    return { bulkOperation: { ...operation }, userErrors: [] }
  }

  runMutation(mutation: string, path: string, clientIdentifier: string | null, call: Call): Payload {
    const refuse = (field: string[] | null, message: string, code: string | null): Payload => ({
      bulkOperation: null,
      userErrors: [{ field, message, code }],
    })
    const bytes = Buffer.byteLength(mutation)
    if (bytes > MAX_QUERY_BYTES)
      return refuse(['query'], `is too large (${bytes} bytes; maximum is ${MAX_QUERY_BYTES} bytes)`, 'INVALID_MUTATION')
    if (clientIdentifier !== null && clientIdentifier.length < 10)
      return refuse(['clientIdentifier'], 'is too short (minimum is 10 characters)', 'INVALID_MUTATION')
    if (clientIdentifier !== null && clientIdentifier.length > 255)
      return refuse(['clientIdentifier'], 'is too long (maximum is 255 characters)', 'INVALID_MUTATION')
    const problems = mutationProblems(call.shop.admin.schema, mutation)
    if (problems.length > 0) return { bulkOperation: null, userErrors: problems }
    const upload = call.shop.uploads.take(path)
    if (!upload) return refuse(null, NO_FILE, 'NO_SUCH_FILE')
    if (upload.length === 0) return refuse(null, 'The input file is empty.', 'INVALID_STAGED_UPLOAD_FILE')
    const busy = this.#busy('MUTATION')
    if (busy) return busy
    const root = operationOf(parse(mutation))!.selectionSet.selections[0]!
    if (root.kind === 'Field' && !isPlayedBulkMutation(root.name.value)) throw notPlayed(`bulk ${root.name.value}`)
    const operation = this.#add('MUTATION', mutation)
    this.#start(operation, (file) => this.#writeMutation(operation, upload, call, file))
    return { bulkOperation: { ...operation }, userErrors: [] }
  }

  cancel(id: number): Payload {
    const operation = this.byId(id)
    if (!operation)
      return {
        bulkOperation: null,
        userErrors: [{ field: ['id'], message: 'Bulk operation does not exist', code: null }],
      }
    if (operation.completedAt === null) operation.status = 'CANCELING'
    return { bulkOperation: { ...operation }, userErrors: [] }
  }

  #busy(type: 'QUERY' | 'MUTATION'): Payload | null {
    const open = this.#operations.filter((one) => one.type === type && one.completedAt === null)
    if (open.length < AT_ONCE) return null
    const message = `A bulk ${type.toLowerCase()} operation for this app and shop is already in progress: ${open.map(({ id }) => gid('BulkOperation', id)).join(', ')}.`
    return { bulkOperation: null, userErrors: [{ field: null, message, code: 'OPERATION_IN_PROGRESS' }] }
  }

  #add(type: 'QUERY' | 'MUTATION', query: string): BulkOperation {
    const { world } = this.#shop()
    const operation: BulkOperation = {
      kind: 'BulkOperation',
      id: world.nextId(),
      type,
      status: 'CREATED',
      errorCode: null,
      createdAt: world.now(),
      completedAt: null,
      objectCount: 0,
      rootObjectCount: 0,
      fileSize: null,
      url: null,
      partialDataUrl: null,
      query,
    }
    this.#operations.push(operation)
    return operation
  }

  #start(operation: BulkOperation, write: (file: ResultFile) => Promise<void>): void {
    const running = this.#run(operation, write).finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #run(operation: BulkOperation, write: (file: ResultFile) => Promise<void>): Promise<void> {
    await sleep(this.pace.startMs)
    if (!this.#canceling(operation)) operation.status = 'RUNNING'
    const ready = operation.type === 'QUERY' ? this.#readyFor(operation.query) : null
    const file = this.files.open(operation.id)
    try {
      if (ready) {
        operation.objectCount = ready.objectCount
        operation.rootObjectCount = ready.rootObjectCount
      } else await write(file)
    } catch (error) {
      operation.errorCode = error instanceof Failed ? error.code : 'INTERNAL_SERVER_ERROR'
      if (!(error instanceof Failed)) process.stderr.write(`bulk operation ${operation.id}: ${String(error)}\n`)
    }
    const etag = await file.close()
    this.#finish(operation, ready?.path ?? file.path, ready?.etag ?? etag)
  }

  #finish(operation: BulkOperation, path: string, etag: string): void {
    if (this.#stopped) return
    const shop = this.#shop()
    const published = operation.objectCount > 0 ? this.files.publish(operation.id, path, etag) : null
    operation.completedAt = shop.world.now()
    if (this.#canceling(operation)) operation.status = 'CANCELED'
    else if (operation.errorCode !== null) {
      operation.status = 'FAILED'
      operation.partialDataUrl = published?.url ?? null
    } else {
      operation.status = 'COMPLETED'
      operation.url = published?.url ?? null
      operation.fileSize = published?.size ?? 0
    }
    void shop.webhooks.send('bulk_operations/finish', {
      admin_graphql_api_id: gid('BulkOperation', operation.id),
      completed_at: dateTime(operation.completedAt),
      created_at: dateTime(operation.createdAt),
      error_code: operation.errorCode?.toLowerCase() ?? null,
      status: operation.status.toLowerCase(),
      type: operation.type.toLowerCase(),
    })
  }

  #canceling(operation: BulkOperation): boolean {
    return operation.status === 'CANCELING'
  }

  #readyFor(query: string): ReadyFile | null {
    const root = operationOf(parse(query))?.selectionSet.selections[0]
    return root?.kind === 'Field' ? (this.ready.get(root.name.value) ?? null) : null
  }

  async #writeQuery(
    operation: BulkOperation,
    plan: BulkPlan | null,
    grouped: boolean,
    file: ResultFile,
  ): Promise<void> {
    if (!plan) throw new Failed('ACCESS_DENIED')
    const beat = this.#beat(operation)
    for (const lines of bulkLines(plan, grouped)) {
      if (this.#stopped || this.#canceling(operation)) return
      const left = this.#linesBeforeFailure(operation)
      const kept = left === null ? lines : lines.slice(0, left)
      await file.write(kept.map(({ text }) => text))
      operation.objectCount += kept.length
      operation.rootObjectCount += kept.filter(({ isRoot }) => isRoot).length
      if (left !== null && left <= lines.length) this.#fail()
      await beat()
    }
  }

  async #writeMutation(operation: BulkOperation, upload: Buffer, call: Call, file: ResultFile): Promise<void> {
    const document = parse(operation.query)
    const definition = operationOf(document)!
    const beat = this.#beat(operation)
    let lineNumber = 0
    for (let start = 0; start < upload.length; lineNumber += 1) {
      if (this.#stopped || this.#canceling(operation)) return
      const end = upload.indexOf(10, start)
      const text = upload.toString('utf8', start, end === -1 ? upload.length : end)
      start = end === -1 ? upload.length : end + 1
      const left = this.#linesBeforeFailure(operation)
      if (left !== null && left <= 0) this.#fail()
      let result: object
      try {
        const { values, errors } = coerceVariables(
          call.shop.admin.schema,
          definition,
          JSON.parse(text) as Record<string, unknown>,
        )
        result = errors.length > 0 ? { errors } : run(call, document, null, values)
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        // Unverified: no recording shows a line that is no JSON.
        result = { errors: [{ message: `Invalid JSON: ${error.message}` }] }
      }
      await file.write([`${JSON.stringify({ ...result, __lineNumber: lineNumber }).replaceAll('/', '\\/')}\n`])
      operation.objectCount += 1
      operation.rootObjectCount += 1
      await beat()
    }
  }

  /** Lets others run, and keeps to the pace. */
  #beat(operation: BulkOperation): () => Promise<void> {
    const began = performance.now()
    let turn = began
    return async () => {
      const now = performance.now()
      const ahead = (operation.objectCount / this.pace.objectsPerSecond) * 1000 - (now - began)
      if (ahead > TURN_MS) await sleep(ahead)
      else if (now - turn > TURN_MS) await nextTurn()
      else return
      turn = performance.now()
    }
  }

  #linesBeforeFailure(operation: BulkOperation): number | null {
    const fault = this.#shop().faults.bulkFail
    return fault && fault.times > 0 ? Math.max(0, fault.afterLines - operation.objectCount) : null
  }

  #fail(): never {
    const fault = this.#shop().faults.bulkFail!
    fault.times -= 1
    throw new Failed(fault.errorCode)
  }
}

class Failed extends Error {
  code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}
