import { describe, expect, test } from 'vitest'
import { WORK } from '#app/domain/work.ts'
import { filesBelow, read } from './source.ts'

describe('the house', () => {
  test('every kind of work has a job of its name, and the worker lists them all', () => {
    const kinds = Object.keys(WORK).sort()
    expect(
      filesBelow('app/jobs', '.ts')
        .map((file) => file.replace(/^app\/jobs\/|\.ts$/g, ''))
        .sort(),
    ).toEqual(kinds)
    const worker = read('app/worker.ts')
    expect(kinds.filter((kind) => !worker.includes(`jobs/${kind}.ts`))).toEqual([])
  })

  test('the example environment lists exactly the keys that are read', () => {
    const example = [...read('.env.example').matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]!)
    const config = [...read('app/outside/config.server.ts').matchAll(/^\s+([A-Z][A-Z0-9_]{3,}):/gm)].map(
      (match) => match[1]!,
    )
    expect(new Set(example)).toEqual(new Set(config))
  })

  test('no file is a drawer: no barrels, no utils', () => {
    const drawers = filesBelow('app', '.ts', '.tsx').filter((file) =>
      /(^|\/)(index|utils?|helpers?|misc|common|shared|manager|service)\.tsx?$/.test(file),
    )
    expect(drawers).toEqual([])
  })

  test('nothing of ours grows past what one can hold in mind', () => {
    const long = [...filesBelow('app', '.ts', '.tsx'), ...filesBelow('tests', '.ts', '.tsx')]
      .filter((file) => !file.endsWith('admin.generated.ts'))
      .map((file) => [file, read(file).trimEnd().split('\n').length] as const)
      .filter(([, lines]) => lines > 500)
    expect(long).toEqual([])
  })

  test('routes stay thin: no GraphQL, no SQL, no Prisma in them', () => {
    const thick = filesBelow('app/routes', '.ts', '.tsx').filter((file) =>
      /\$queryRaw|graphql|prisma|SELECT |INSERT /.test(read(file)),
    )
    expect(thick).toEqual([])
  })

  test('the packages the tenancy rests on are exactly the reviewed ones', () => {
    const version = (name: string) =>
      (JSON.parse(read(`node_modules/${name}/package.json`)) as { version: string }).version
    expect(version('@shopify/shopify-app-remix')).toBe('6.0.1')
    expect(version('@shopify/shopify-api')).toBe('15.0.0')
    expect(version('bull')).toBe('4.16.5')
  })
})
