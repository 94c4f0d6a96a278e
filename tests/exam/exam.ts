/**
 * `npm run exam [-- NAME …]`: the long exams, all or those named; a line for every figure, exit 1 if one failed.
 *
 * An exam is a file beside this one that exports `run`, and a line in EXAMS. Every exam runs in a process of its own, so
 * that what one has configured or left open is not the next one's.
 */
import { spawn } from 'node:child_process'
import { paper, type Exam } from './paper.ts'

// In the order in which they run.
const EXAMS: Record<string, () => Promise<Exam>> = {
  siege: () => import('./siege.ts'),
  arrivals: () => import('./arrivals.ts'),
  missed: () => import('./missed.ts'),
  incremental: () => import('./incremental.ts'),
  'hostile-writer': () => import('./hostile-writer.ts'),
  claims: () => import('./claims.ts'),
  credit: () => import('./credit.ts'),
}

const [asked, ...names] = process.argv.slice(2)

if (asked === '--here') {
  const exam = await EXAMS[names[0]!]!()
  const results = paper((line) => process.stdout.write(`${line}\n`))
  await exam.run(results)
  process.exit(results.isPassed() ? 0 : 1)
} else {
  const wanted = asked === undefined ? [] : [asked, ...names]
  const known = Object.keys(EXAMS)
  const unknown = wanted.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    process.stdout.write(`No exam ${unknown.join(', ')}; there are: ${known.join(', ')}\n`)
    process.exit(1)
  }
  const failed: string[] = []
  for (const name of known) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    process.stdout.write(`\n── ${name}\n`)
    if ((await inItsOwnProcess(name)) !== 0) failed.push(name)
  }
  process.stdout.write(failed.length === 0 ? '\nall exams passed\n' : `\nfailed: ${failed.join(', ')}\n`)
  process.exit(failed.length === 0 ? 0 : 1)
}

function inItsOwnProcess(name: string): Promise<number | null> {
  const child = spawn(process.execPath, [import.meta.filename, '--here', name], { stdio: 'inherit' })
  return new Promise((resolve) => child.once('exit', resolve))
}
