/**
 * `npm run evaluate -- NAME ARGUMENTS`: how good the product's own models are on a log that is given, beside simpler rules.
 *
 * An evaluation is a file beside this one that exports `evaluate`, and a line in EVALUATIONS. It says what it finds line by
 * line; what it answers is the last line, as JSON.
 */
import { InvalidInput } from '#app/errors.ts'

type Evaluation = { evaluate(args: string[], say: (line: string) => void): Promise<unknown> }

const EVALUATIONS: Record<string, () => Promise<Evaluation>> = {
  cdnow: () => import('./cdnow.ts'),
  orders: () => import('./orders.ts'),
  cherry: () => import('./cherry.ts'),
  'cherry-world': () => import('./cherry-world.ts'),
  recommendations: () => import('./recommendations.ts'),
  linking: () => import('./linking.ts'),
  'linking-people': () => import('./linking-people.ts'),
}

const say = (line: string) => process.stdout.write(`${line}\n`)
const [name = '', ...args] = process.argv.slice(2)
try {
  if (!Object.hasOwn(EVALUATIONS, name))
    throw new InvalidInput(
      `${name === '' ? 'Say what to evaluate' : `No evaluation ${name}`}; there are: ${Object.keys(EVALUATIONS).join(', ')}`,
    )
  const evaluation = await EVALUATIONS[name]!()
  say(JSON.stringify(await evaluation.evaluate(args, say)))
} catch (error) {
  const isNoFile = (error as NodeJS.ErrnoException).code === 'ENOENT'
  if (!(error instanceof InvalidInput) && !isNoFile) throw error
  say((error as Error).message)
  process.exitCode = 1
}
