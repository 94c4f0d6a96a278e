import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { cherryWorld, writeCherryWorld } from './cherry-world.ts'
import { evaluate } from './cherry.ts'

const folder = mkdtempSync(join(tmpdir(), 'evaluate-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('seeded worlds of known behaviour', () => {
  // None of these seeds was ever looked at while the model was made.
  test.each(['blind-1', 'blind-2', 'blind-3', 'blind-4', 'blind-5'])(
    'seed %s: Likely is precise with linking on, and honest people are not confirmed',
    async (seed) => {
      const file = await writeCherryWorld(cherryWorld(seed), join(folder, seed))
      const said: string[] = []
      const { on, off, pickers, benefits } = await evaluate([file], (line) => said.push(line))
      process.stdout.write(`cherry, seed ${seed}:\n${said.join('\n')}\n`)
      expect(pickers).toBeGreaterThan(200)
      expect(benefits).toEqual(['code:WELCOME15'])
      expect(on!.likely.precision).toBeGreaterThanOrEqual(0.8)
      expect(on!.likely.people).toBeGreaterThan(15)
      expect(on!.honestConfirmed).toBeLessThanOrEqual(0.005)
      expect(on!.honestFlagged).toBeLessThanOrEqual(0.01)
      // Linking is what finds several accounts.
      expect(off.confirmed.people).toBe(0)
      expect(on!.confirmed.recall).toBeGreaterThan(0.15)
      expect(on!.likelyOrConfirmed.recall).toBeGreaterThan(off.likelyOrConfirmed.recall!)
    },
  )

  test('what the detector reads says nothing of the behaviour', async () => {
    const file = await writeCherryWorld(cherryWorld('leak'), join(folder, 'leak'))
    const [orders, people] = [file, `${file}.people.csv`].map((each) => readFileSync(each, 'utf8').toLowerCase())
    for (const word of ['cherry', 'honest', 'picker', 'strip']) {
      expect(people).not.toContain(word)
      expect(orders).not.toContain(word)
    }
  })
})

describe('the command', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['tests/evaluate/evaluate.ts', ...args], { encoding: 'utf8' })

  test('prints its figures, the last line being one JSON object', async () => {
    const file = await writeCherryWorld(cherryWorld('small'), join(folder, 'small'))
    rmSync(`${file}.people.csv`)
    const { stdout, status } = run('cherry', file)
    expect(status).toBe(0)
    const figures = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { people: number; on: null; off: unknown }
    expect(figures).toMatchObject({ people: 4000, on: null })
    expect(stdout).toContain('linking on: not evaluated')
  })

  test('writes the files that it evaluates', () => {
    const file = join(folder, 'people.csv')
    expect(run('linking-people', 'x', file).status).toBe(0)
    expect(existsSync(file)).toBe(true)
    const { stdout, status } = run('linking', file)
    expect(status).toBe(0)
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toMatchObject({
      joinedPeople: expect.any(Number) as number,
    })
  })

  test.each([
    ['nothing asked', [], 'Say what to evaluate; there are: '],
    ['an unknown name', ['prices'], 'No evaluation prices; there are: '],
    ['no file', ['cherry'], 'give a file of orders'],
    ['a file that is not there', ['linking', 'nowhere.csv'], 'ENOENT'],
    ['a file without its columns', ['linking', 'wrong.csv'], 'the header lacks phone, address'],
  ])('%s: says what is wrong, without a stack', (_name, args, message) => {
    writeFileSync(join(folder, 'wrong.csv'), 'email,person\na@b.c,1\n')
    const { stdout, stderr, status } = run(...args.map((arg) => (arg === 'wrong.csv' ? join(folder, arg) : arg)))
    expect(status).toBe(1)
    expect(stdout).toContain(message)
    expect(stdout + stderr).not.toContain('    at ')
  })
})
