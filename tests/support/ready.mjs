// Makes a fresh clone ready: packages, Prisma's client, Shopify's schema, and for tests what they need from the system.
// Plain JavaScript without dependencies, because it runs before there are any, on whatever Node the machine has.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..')
const stamps = path.join(root, 'node_modules/.cache/morello')
const forTests = process.argv.includes('--tests')

function stop(message) {
  process.stderr.write(`\n${message}\n`)
  process.exit(1)
}

function run(command, args, whatToDo, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error || status !== 0) stop(whatToDo)
}

function hashOf(...files) {
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(path.join(root, file)))
  return hash.digest('hex')
}

function unlessDone(name, key, work) {
  const stamp = path.join(stamps, name)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return
  work()
  mkdirSync(stamps, { recursive: true })
  writeFileSync(stamp, key)
}

if (Number(process.versions.node.split('.')[0]) < 20)
  stop(`Node ${process.versions.node} is too old: install Node 20 or newer, then run the same command again.`)

unlessDone('packages', hashOf('package.json', 'package-lock.json'), () => {
  process.stdout.write('Installing packages (about two minutes the first time)…\n')
  run(
    'npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    'npm could not install the packages. Nothing of yours was changed. Check the network, the npm registry setting and ' +
      'free disk space (1.5 GB), then run the same command again.',
  )
})

// The Node that Morello runs on is a package itself, so that an older one on the machine does not matter.
const node = path.join(root, 'node_modules/.bin/node')

unlessDone('prisma', hashOf('prisma/schema.prisma', 'package-lock.json'), () =>
  run(
    node,
    ['node_modules/prisma/build/index.js', 'generate', '--no-hints'],
    'Prisma could not generate its client; the message above says why.',
    { env: { ...process.env, CHECKPOINT_DISABLE: '1' }, stdio: ['ignore', 'ignore', 'inherit'] },
  ),
)

run(
  node,
  ['tests/support/admin-schema.mjs'],
  "Shopify's schema could not be fetched from the npm registry. Check the network, then run the same command again.",
)

if (forTests) {
  const needed = [
    ['redis-server', 'redis-server', 'the tests of the queue over Redis'],
    ['chromium', 'chromium', 'the journeys in a browser'],
    ['ruby', 'ruby ruby-liquid', 'the second opinion on the theme block'],
  ].filter(([binary]) => spawnSync('which', [binary]).status !== 0)
  if (needed.length > 0 && process.env.CI === 'true') {
    const sudo = process.getuid?.() === 0 ? [] : ['sudo']
    const apt = (...args) => {
      const [command, ...rest] = [...sudo, 'apt-get', ...args]
      run(command, rest, `apt-get ${args[0]} failed: the tests need ${needed.map(([, name]) => name).join(', ')}.`, {
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        stdio: ['ignore', 'ignore', 'inherit'],
      })
    }
    apt('update', '-q')
    apt(
      'install',
      '-y',
      '-q',
      '--no-install-recommends',
      'fonts-noto-cjk',
      ...needed.flatMap(([, names]) => names.split(' ')),
    )
  } else {
    for (const [, name, what] of needed) process.stdout.write(`${name} is not installed: ${what} will be skipped.\n`)
  }
}
