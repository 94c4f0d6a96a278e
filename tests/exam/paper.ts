import { spawn } from 'node:child_process'

export type Exam = { run(results: Paper): Promise<void> }

/** Where an exam writes down its figures; one that is not as it must be fails the exam. */
export type Paper = {
  /** A figure and whether it is as it must be; `must` says how: "0", "at most 5x". */
  figure(name: string, value: number | string, must: string, isSo: boolean): void
  /** A figure that must be exactly this. */
  exactly(name: string, value: number | string, must: number | string): void
  /** Something worth reading that fails nothing. */
  note(line: string): void
  /**
   * A test file of `npm test` at the exam's scale: the file reads its scale from `env`, and what it prints is shown. For
   * checks that live on what vitest sets up (a database of their own, the local shop).
   */
  tests(file: string, env: Record<string, string>): Promise<void>
  isPassed(): boolean
}

export function paper(say: (line: string) => void): Paper {
  let figures = 0
  let failures = 0
  const results: Paper = {
    figure(name, value, must, isSo) {
      figures += 1
      if (!isSo) failures += 1
      const shown = typeof value === 'number' ? value.toLocaleString('en', { maximumFractionDigits: 2 }) : value
      say(`${isSo ? 'ok    ' : 'FAILED'} ${name}: ${shown} (must be ${must})`)
    },
    exactly: (name, value, must) => results.figure(name, value, String(must), value === must),
    note: (line) => say(`       ${line}`),
    async tests(file, env) {
      const args = ['node_modules/vitest/vitest.mjs', 'run', '--config=tests/vitest.config.ts', file]
      const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } })
      const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
      results.exactly(`${file} ended with`, code ?? 'a signal', 0)
    },
    // An exam without a figure has shown nothing.
    isPassed: () => failures === 0 && figures > 0,
  }
  return results
}
