import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { dayFromText, dayText } from '#app/domain/shop-calendar.ts'
import { InvalidInput } from '#app/errors.ts'

/** `FILE [--cut DATE]`: the file, which exists, and the last day of what is learned from; null: halfway. */
export function fileAndCut(args: string[], usage: string): { file: string; cutDay: number | null } {
  const { values, positionals } = parsed(args, usage)
  const [file] = positionals
  if (file === undefined || positionals.length > 1) throw new InvalidInput(usage)
  if (!existsSync(file)) throw new InvalidInput(`There is no file ${file}. ${usage}`)
  if (values.cut === undefined) return { file, cutDay: null }
  const cutDay = dayFromText(values.cut)
  if (!/^\d{4}-\d\d-\d\d$/.test(values.cut) || Number.isNaN(cutDay) || dayText(cutDay) !== values.cut)
    throw new InvalidInput(`--cut is not a day (1997-09-30): ${values.cut}`)
  return { file, cutDay }
}

function parsed(args: string[], usage: string) {
  try {
    return parseArgs({ args, options: { cut: { type: 'string' } }, allowPositionals: true })
  } catch (error) {
    throw new InvalidInput(`${(error as Error).message} ${usage}`, { cause: error })
  }
}
