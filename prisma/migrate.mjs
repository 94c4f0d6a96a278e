// Applies prisma/migrations in order, each in one transaction, with Prisma's own bookkeeping (`prisma migrate status`
// accepts it). Plain JavaScript without a build, for start-up, the demo and tests.
//
//   node prisma/migrate.mjs      with MIGRATE_DATABASE_URL: a role that may create tables (morello_owner)
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import pg from 'pg'

const HERE = path.dirname(fileURLToPath(import.meta.url))
// Prisma's own lock number: neither runs while the other does.
const LOCK = 72707369

export const ROLES_SQL = `CREATE ROLE morello_owner LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS;
CREATE ROLE morello_app LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS;
CREATE ROLE morello_system NOLOGIN NOSUPERUSER NOBYPASSRLS;
GRANT morello_system TO morello_owner WITH INHERIT FALSE, SET TRUE;
CREATE DATABASE morello OWNER morello_owner;`

/** Where the migrations are: beside this file, or below the folder the process was started in (after bundling). */
function migrationsFolder() {
  const candidates = [path.join(HERE, 'migrations'), path.resolve('prisma/migrations')]
  const found = candidates.find((candidate) => existsSync(candidate))
  if (!found) throw new Error(`No migrations at ${candidates.join(' or ')}`)
  return found
}

/** Creates the roles that are missing, where this connection may; otherwise says what somebody else must run. */
async function ensureRoles(client) {
  const { rows } = await client.query(
    `SELECT wanted FROM unnest(ARRAY['morello_app', 'morello_system']) AS wanted
     WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted)`,
  )
  const mine = await client.query('SELECT rolsuper OR rolcreaterole AS may FROM pg_roles WHERE rolname = current_user')
  if (rows.length > 0 && !mine.rows[0]?.may) {
    throw new Error(
      `The roles ${rows.map((row) => row.wanted).join(' and ')} are missing and this connection may not create them.\n` +
        `Let an administrator of the server run:\n\n${ROLES_SQL}\n`,
    )
  }
  for (const { wanted } of rows) {
    const login = wanted === 'morello_app' ? 'LOGIN' : 'NOLOGIN'
    await client.query(`CREATE ROLE ${wanted} ${login}`)
  }
  if (mine.rows[0]?.may) {
    // Functions are handed over to morello_system: whoever hands over must be a member.
    await client.query(
      `DO $$ BEGIN EXECUTE format('GRANT morello_system TO %I WITH INHERIT FALSE, SET TRUE', current_user); END $$`,
    )
  } else {
    const member = await client.query(`SELECT pg_has_role(current_user, 'morello_system', 'SET') AS is`)
    if (!member.rows[0]?.is) {
      throw new Error(
        'Let an administrator of the server run:  GRANT morello_system TO <the migrating role> WITH INHERIT FALSE, SET TRUE;',
      )
    }
  }
}

/**
 * Brings the database up to date.
 *
 * @param {string} url  of a role that owns the database
 * @param {{ folder?: string }} [options]
 * @returns {Promise<string[]>} the names of the migrations applied now
 */
export async function migrate(url, options = {}) {
  const folder = options.folder ?? migrationsFolder()
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK])
    await ensureRoles(client)
    return await applyMissing(client, folder)
  } finally {
    await client.end()
  }
}

async function applyMissing(client, folder) {
  await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`)
  const { rows } = await client.query(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  )
  const known = new Map(rows.map((row) => [row.migration_name, row]))
  const names = readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'migration.sql')))
  const applied = []
  for (const name of names.sort()) {
    const sql = readFileSync(path.join(folder, name, 'migration.sql'), 'utf8')
    const checksum = createHash('sha256').update(sql).digest('hex')
    const had = known.get(name)
    if (had) {
      if (!had.finished_at) throw new Error(`The migration ${name} failed half-way: repair it by hand first.`)
      if (had.checksum !== checksum) {
        throw new Error(
          `The migration ${name} was changed after this database applied it. Start over or add a new one.`,
        )
      }
      continue
    }
    await client.query('BEGIN')
    try {
      await client.query(sql)
      await client.query(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
         VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
        [randomUUID(), checksum, name],
      )
      await client.query('COMMIT')
    } catch (cause) {
      await client.query('ROLLBACK')
      throw new Error(`The migration ${name} failed and changed nothing: ${cause.message}`, { cause })
    }
    applied.push(name)
  }
  return applied
}

// Not by import.meta.url, which a bundle shares.
if (process.argv[1]?.endsWith('migrate.mjs')) {
  const url = process.env.MIGRATE_DATABASE_URL
  if (!url) {
    console.error(
      `Set MIGRATE_DATABASE_URL to a role that owns the database. On a new server run first:\n\n${ROLES_SQL}`,
    )
    process.exit(1)
  }
  try {
    const applied = await migrate(url)
    console.log(applied.length ? `Applied ${applied.join(', ')}` : 'The database is up to date')
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}
