import { createServer, type ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { asking } from '#app/ui/asking.ts'
import { close, listen } from '#tests/shop/server.ts'

/** A route that answers when it is told to; `asked` are the questions that came. */
async function route() {
  const asked: { path: string; answer: ServerResponse }[] = []
  const server = createServer((request, answer) => void asked.push({ path: request.url!, answer }))
  const base = await listen(server, 0)
  onTestFinished(() => close(server))
  const told: unknown[] = []
  const { ask, end } = asking()
  return {
    asked,
    told,
    end,
    ask: (path: string, inMs?: number) => ask(`${base}${path}`, (answer) => told.push(answer), inMs),
    until: (count: number) => expect.poll(() => asked.length).toBe(count),
  }
}

const toldOf = (told: unknown[]) => expect.poll(() => told)

test('an answer to an older question is never taken, whichever comes first', async () => {
  const { asked, told, ask, until } = await route()
  ask('/older')
  await until(1)
  ask('/newer')
  await until(2)
  asked[0]!.answer.end('"older"')
  asked[1]!.answer.end('"newer"')
  await toldOf(told).toEqual(['newer'])
})

test('of questions in quick succession only the last is asked', async () => {
  const { asked, told, ask, until } = await route()
  for (const path of ['/a', '/ab', '/abc']) ask(path, 40)
  await until(1)
  expect(asked[0]!.path).toBe('/abc')
  asked[0]!.answer.end('3')
  await toldOf(told).toEqual([3])
  expect(asked).toHaveLength(1)
})

test('a route that fails, or is not there, is told as nothing', async () => {
  const { asked, told, ask, until } = await route()
  ask('/broken')
  await until(1)
  asked[0]!.answer.writeHead(500).end('{}')
  await toldOf(told).toEqual([null])
  ask('/cut')
  await until(2)
  asked[1]!.answer.destroy()
  await toldOf(told).toEqual([null, null])
})

test('nobody is told anything once the screen has gone', async () => {
  const { asked, told, ask, end, until } = await route()
  ask('/last')
  await until(1)
  end()
  asked[0]!.answer.end('1')
  ask('/later', 30)
  end()
  ask('/shown')
  await until(2)
  asked[1]!.answer.end('2')
  await toldOf(told).toEqual([2])
  expect(asked.map(({ path }) => path)).toEqual(['/last', '/shown'])
})
