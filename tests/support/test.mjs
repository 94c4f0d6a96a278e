// Everything that must hold, in the order in which a failure is cheapest to see. The last line counts all of it.
import { spawn, spawnSync } from 'node:child_process'
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

/** One after the other; what each says is shown whole when it has ended, for another lane goes on beside it. */
async function lane(...checks) {
  for (const [name, ...command] of checks) {
    const startedAt = performance.now()
    const child = spawn('npx', ['--no-install', ...command], { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data))
    const status = await new Promise((resolve) => child.on('close', resolve))
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    process.stdout.write(`\n── ${name}\n${said}   ${name}: ${status === 0 ? 'ok' : 'FAILED'} (${seconds} s)\n`)
    if (status === 0) passed += 1
    else failed += 1
  }
}

await Promise.all([
  lane(['lint', 'eslint', '--max-warnings=0', '.']),
  lane(
    ['format', 'prettier', '--check', '--log-level=warn', '.'],
    ['types', 'tsc', '--noEmit'],
    ['dead code', 'knip', '--no-progress'],
  ),
])
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
