// Lets Prisma Migrate run on its WebAssembly schema engine (no engine download).
// Works round four faults of @prisma/adapter-pg 6.19.3 seen on PostgreSQL 18:
//  1. catalog columns of type `name` / `"char"` are not mapped (prisma#27403);
//  2. executeScript() splits the script at every ";" (breaks $$ bodies and literals);
//  3. with `connectionString` the "shadow" pool opens the real database, because pg
//     lets connectionString win over `database`;
//  4. the shadow database is dropped before its pool is closed, so DROP fails.
import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import { parseIntoClientConfig } from 'pg-connection-string'

const CATALOG_TYPES = new Map([
  [19, 25],
  [18, 1042],
  [1003, 1009],
]) // name, "char", name[]
const CHARACTER = 6 as const // ColumnTypeEnum.Character: what the engine expects of "char"

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>

function forMigrate(adapter: Adapter): Adapter {
  const pool = adapter.underlyingDriver() as pg.Pool
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryResult>
  let chars: number[] = [] // the engine asks one thing at a time
  pool.query = (async (...args: unknown[]) => {
    const result = await query(...args)
    chars = (result.fields ?? []).flatMap((field, i) => (field.dataTypeID === 18 ? [i] : []))
    for (const field of result.fields ?? []) field.dataTypeID = CATALOG_TYPES.get(field.dataTypeID) ?? field.dataTypeID
    return result
  }) as typeof pool.query
  const queryRaw = adapter.queryRaw.bind(adapter)
  adapter.queryRaw = async (params) => {
    const set = await queryRaw(params)
    for (const i of chars) set.columnTypes[i] = CHARACTER
    return set
  }
  adapter.executeScript = async (script) => {
    await query(script) // one simple-protocol message: the server does the splitting
  }
  return adapter
}

export function migrateAdapter(connectionString: string): PrismaPg {
  const config: pg.PoolConfig = {
    ...parseIntoClientConfig(connectionString),
    max: 1,
    idleTimeoutMillis: 100,
    allowExitOnIdle: true,
  }
  const factory = new PrismaPg(config)
  const connect = factory.connect.bind(factory)
  factory.connect = async () => forMigrate(await connect())
  factory.connectToShadowDb = async () => {
    const admin = await connect()
    const database = `prisma_shadow_${globalThis.crypto.randomUUID()}`
    await admin.executeScript(`CREATE DATABASE "${database}"`)
    const shadow = forMigrate(await new PrismaPg({ ...config, database }).connect())
    const close = shadow.dispose.bind(shadow)
    shadow.dispose = async () => {
      await close()
      await admin.executeScript(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`)
      await admin.dispose()
    }
    return shadow
  }
  return factory
}
