// Replays what a real shop answered (2026-04) about bulk operations and compares data, codes and texts word for word.
// Recordings: bulk-operation-run-query-{validators,concurrency-limit,group-objects}, -storage-byte-limit,
// -run-mutation-{validators,user-errors,connection-validators,client-identifier-validation,empty-file,
// concurrency-limit,no-such-file-precedence}.
// Knowingly different: ids, times, bulk mutations of products are refused as not played once they passed every check.
import { afterEach, describe, expect, test } from 'vitest'
import { startLocalShop, type AdminAnswer, type TestShop } from '#tests/support/local-shop.ts'
import { World } from '#tests/shop/world.ts'
import { callAt, callsOf, haveRecordings, type Answer, type Recorded } from './recordings.ts'

let shop: TestShop | null = null

afterEach(async () => {
  await shop?.stop()
  shop = null
})

function only<T extends object>(answer: Answer | AdminAnswer): { data: T; requested: number | undefined } {
  return { data: answer.data as T, requested: answer.extensions?.cost?.requestedQueryCost }
}

type Run = { bulkOperation: Record<string, unknown> | null; userErrors: { message: string; code: string | null }[] }

function runOf(answer: Answer | AdminAnswer, root: string): Run {
  return (answer.data as Record<string, Run>)[root]!
}

function withoutNumbers(text: string): string {
  return text.replaceAll(/\d+/g, 'N')
}

describe.skipIf(!haveRecordings)('a bulk query, as a real shop answered it', () => {
  const validators = haveRecordings ? callsOf('2026-04/bulk-operations/bulk-operation-run-query-validators.json') : []

  test.each(validators.map((call) => [call.at, call] as const))(
    'is refused in the same words: %s',
    async (_at, call) => {
      shop = await startLocalShop()
      const answer = await shop.admin(call.query, call.variables)
      expect(only(answer)).toEqual(only(call.response))
    },
  )

  test('is accepted five times at once, and the sixth is told who is in the way', async () => {
    const path = 'bulk-operation-run-query-concurrency-limit.json'
    shop = await startLocalShop({ pace: { startMs: 60_000 } })
    for (let at = 0; at < 5; at += 1) {
      const call = callAt(path, `/successfulRuns/${at}`)
      const run = runOf(await shop.admin(call.query, call.variables), 'bulkOperationRunQuery')
      const recorded = runOf(call.response, 'bulkOperationRunQuery')
      expect(run.userErrors).toEqual([])
      const { id, createdAt, ...fixed } = recorded.bulkOperation!
      expect(run.bulkOperation).toEqual({ ...fixed, id: expect.any(String), createdAt: expect.any(String) })
      expect([id, createdAt].map(String).map(withoutNumbers)).toEqual(
        [run.bulkOperation!['id'], run.bulkOperation!['createdAt']].map(String).map(withoutNumbers),
      )
    }
    const sixth = callAt(path, '/sixthRun')
    const refused = runOf(await shop.admin(sixth.query, sixth.variables), 'bulkOperationRunQuery')
    const recorded = runOf(sixth.response, 'bulkOperationRunQuery')
    expect(withoutNumbers(JSON.stringify(refused))).toBe(withoutNumbers(JSON.stringify(recorded)))
    const cancel = callAt(path, '/cancelAttempts/0')
    const id = `gid://shopify/BulkOperation/${shop.shop.played.bulk.all()[0]!.id}`
    const canceled = runOf(await shop.admin(cancel.query, { id }), 'bulkOperationCancel')
    expect(canceled.bulkOperation!['status']).toBe('CANCELING')
  })

  test('ends with the same fields, an address good for seven days and lines of the same shape', async () => {
    const path = 'bulk-operation-run-query-group-objects.json'
    const world = new World()
    for (let at = 0; at < 7; at += 1) world.addProduct({ title: `Jar ${at}` })
    shop = await startLocalShop({ world })
    const call = callAt(path, '/runs/runQueryGroupObjectsTrue/run')
    const run = runOf(await shop.admin(call.query, call.variables), 'bulkOperationRunQuery')
    await shop.shop.played.bulk.idle()
    const polls = callsOf(path).filter(({ at }) => at.startsWith('/runs/runQueryGroupObjectsTrue/statusPolls'))
    const last = polls.at(-1)!
    const answer = await shop.admin(last.query, { id: run.bulkOperation!['id'] })
    const ended = (answer.data as { bulkOperation: Record<string, string> }).bulkOperation
    const recorded = (last.response.data as { bulkOperation: Record<string, string> }).bulkOperation
    expect(Object.keys(ended).sort()).toEqual(Object.keys(recorded).sort())
    expect(ended).toMatchObject({ status: 'COMPLETED', objectCount: '7', rootObjectCount: '7', partialDataUrl: null })
    const [mine, theirs] = [new URL(ended['url']!), new URL(recorded['url']!)]
    expect([mine.host, mine.pathname.split('/').length]).toEqual([theirs.host, theirs.pathname.split('/').length])
    expect([...mine.searchParams.keys()]).toEqual([...theirs.searchParams.keys()])
    const life = (url: URL, completedAt: string) =>
      Number(url.searchParams.get('Expires')) - Date.parse(completedAt) / 1000
    expect(life(mine, ended['completedAt']!)).toBe(life(theirs, recorded['completedAt']!))
    const text = await (await fetch(mine)).text()
    expect(String(Buffer.byteLength(text))).toBe(ended['fileSize'])
    expect(text.split('\n')[0]).toMatch(/^\{"id":"gid:\\\/\\\/shopify\\\/Product\\\/\d+","title":"Jar 0"\}$/)
  })
})

const MUTATION_FILES = [
  'bulk-operation-run-mutation-validators.json',
  'bulk-operation-run-mutation-connection-validators.json',
  'bulk-operation-run-mutation-user-errors.json',
]

describe.skipIf(!haveRecordings)('a bulk mutation, as a real shop answered it', () => {
  const calls: Recorded[] = haveRecordings
    ? MUTATION_FILES.flatMap((file) => callsOf(file).filter(({ at }) => at.startsWith('/validations')))
    : []

  test.each(calls.map((call) => [call.at, call] as const))('is refused in the same words: %s', async (_at, call) => {
    shop = await startLocalShop()
    expect(only(await shop.admin(call.query, call.variables))).toEqual(only(call.response))
  })

  test.each(['/cases/query', '/cases/mutation'])('may not be longer than 65,535 bytes: %s', async (at) => {
    const call = callAt('bulk-operation-storage-byte-limit.json', at)
    shop = await startLocalShop()
    expect(only(await shop.admin(call.query, call.variables))).toEqual(only(call.response))
  })

  test.each(['/validations/tooShort', '/validations/tooLong'])('checks the client identifier: %s', async (at) => {
    const call = callAt('bulk-operation-run-mutation-client-identifier-validation.json', at)
    shop = await startLocalShop()
    expect(only(await shop.admin(call.query, call.variables))).toEqual(only(call.response))
  })

  test('is refused when the uploaded file is empty', async () => {
    const path = 'bulk-operation-run-mutation-empty-file.json'
    shop = await startLocalShop()
    const stage = callAt(path, '/setup/stagedUpload')
    const staged = await shop.admin(stage.query, stage.variables)
    const [target] = (staged.data as { stagedUploadsCreate: { stagedTargets: { url: string }[] } }).stagedUploadsCreate
      .stagedTargets
    const uploaded = await fetch(target!.url, { method: 'PUT', body: '' })
    expect(uploaded.status).toBe(200)
    const run = callAt(path, '/validation/run')
    const key = new URL(target!.url).pathname.slice(1)
    expect(only(await shop.admin(run.query, { ...run.variables, path: key }))).toEqual(only(run.response))
  })
})
