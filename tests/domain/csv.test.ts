import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvLine } from '#app/domain/csv.ts'

/** Reads one line back as RFC 4180 has it. */
function cellsOf(line: string): string[] {
  const cells: string[] = []
  let rest = line.replace(/\r\n$/, '')
  for (;;) {
    const [whole, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^",]*))/.exec(rest)!
    cells.push(quoted?.replaceAll('""', '"') ?? plain!)
    if (rest.length === whole.length) return cells
    expect(rest[whole.length]).toBe(',')
    rest = rest.slice(whole.length + 1)
  }
}

describe('a line of a CSV file', () => {
  test.each([
    ["=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', '"\'\t=1"'],
    ['\r=1', '"\'\r=1"'],
    ['\n=1', '"\'\n=1"'],
    [' =1', '"\' =1"'],
    ['＝1', "'＝1"],
    ['a "b", c', '"a ""b"", c"'],
    ['a;b', '"a;b"'],
    ['토너', '토너'],
    ['', ''],
  ])('writes %j so that no spreadsheet takes it for a formula or for two cells', (text, written) => {
    expect(csvLine([text])).toBe(`${written}\r\n`)
  })

  test('leaves numbers as they are, below 0 too, and nothing where there is nothing', () => {
    expect(csvLine([-5, 0.25, null, 'x'])).toBe('-5,0.25,,x\r\n')
  })

  test('is read back as what was written, whatever the texts are, and no cell begins like a formula', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', ';', 'a', '가', ' '),
    })
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1 }), (texts) => {
        const read = cellsOf(csvLine(texts))
        expect(read.map((cell) => cell.replace(/^'/, ''))).toEqual(texts)
        expect(read.filter((cell) => /^\s*[=+\-@]/.test(cell))).toEqual([])
      }),
    )
  })
})
