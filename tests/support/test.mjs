// Everything that must hold, in the order in which a failure is cheapest to see. The last line counts all of it.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const folder = mkdtempSync(path.join(os.tmpdir(), 'morello-test-'))
const report = path.join(folder, 'vitest.json')
let passed = 0
let failed = 0
let skipped = 0

function step(name, command, args) {
  process.stdout.write(`\n── ${name}\n`)
  const startedAt = performance.now()
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  process.stdout.write(
    `   ${name}: ${status === 0 ? 'ok' : 'FAILED'} (${Math.round((performance.now() - startedAt) / 1000)} s)\n`,
  )
  return status === 0
}

function check(name, ...command) {
  if (step(name, 'npx', ['--no-install', ...command])) passed += 1
  else failed += 1
}

check('format', 'prettier', '--check', '--log-level=warn', '.')
check('lint', 'eslint', '--max-warnings=0', '.')
check('types', 'tsc', '--noEmit')
check('dead code', 'knip', '--no-progress')
if (step('build', 'npm', ['run', '--silent', 'build'])) passed += 1
else failed += 1

const ok = step('tests', 'npx', [
  '--no-install',
  'vitest',
  'run',
  '--config=tests/vitest.config.ts',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
])
if (existsSync(report)) {
  const result = JSON.parse(readFileSync(report, 'utf8'))
  passed += result.numPassedTests
  failed += result.numFailedTests
  // A file that cannot even be loaded has no failed test of its own.
  for (const file of result.testResults)
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) failed += 1
  const left = result.testResults.flatMap((file) =>
    file.assertionResults.filter((test) => ['pending', 'skipped', 'todo', 'disabled'].includes(test.status)),
  )
  for (const test of left) {
    process.stdout.write(`skipped: ${test.fullName}\n`)
    // In CI nothing may be skipped but what reads an absent ../shared, and then its name says so.
    if (process.env.CI === 'true' && !test.fullName.includes('../shared')) failed += 1
    else skipped += 1
  }
}
if (!ok && failed === 0) failed += 1
if (passed === 0) failed += 1
rmSync(folder, { recursive: true, force: true })
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exit(failed === 0 ? 0 : 1)
