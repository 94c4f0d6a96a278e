import pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'

import { type ShopId, withShop, withShopBulk } from '#app/outside/database.server.ts'
import { connectAs, freshDomain, testShop } from '#tests/support/database.ts'
import { type Column, sampleRow, tenantTables } from '#tests/support/tenants.ts'

// Reviewed: they hold nobody's rows (bookkeeping), or rows keyed by a run (staging: COPY is refused under a policy).
const TABLES_WITHOUT_A_SHOP = ['StagedCustomer', 'StagedLine', 'StagedOrder', '_prisma_migrations']
// Reviewed: each names its own rows and answers nothing of another shop but to the worker.
const FUNCTIONS_PAST_THE_POLICIES = [
  'claim_work',
  'due_health',
  'due_nightly',
  'install_shop',
  'installed_shop',
  'issue_work',
  'receive_webhook',
  'receive_webhooks',
  'shop_domain',
  'sweep_staging',
  'webhook_shop',
]
const TABLES_OF_THE_SYSTEM_ROLE = ['Inbox', 'PrivacyRequest', 'Session', 'Shop', 'SyncRun', 'Work']
// Only install_shop can write a domain.
const KEYS_WITHOUT_A_SHOP = ['Shop_active_domain_key']

let tables: Map<string, Column[]>
let ours: ShopId
let theirs: ShopId

beforeAll(async () => {
  ours = await testShop()
  theirs = await testShop()
  await connectAs('superuser', async (client) => {
    tables = await tenantTables(client)
    for (const [table, columns] of tables) {
      if (table === 'Shop') continue
      for (const shop of [ours, theirs]) await client.query(`INSERT INTO "${table}" ${sampleRow(columns, shop)}`)
    }
  })
})

function list<R extends pg.QueryResultRow>(sql: string): Promise<R[]> {
  return connectAs('superuser', async (client) => (await client.query<R>(sql)).rows)
}

/** Everything that `theirs` has, as text. */
function belongings(): Promise<string> {
  return connectAs('superuser', async (client) => {
    const all: string[] = []
    for (const table of tables.keys()) {
      const { rows } = await client.query<{ row: string }>(
        `SELECT t::text AS row FROM "${table}" t WHERE shop = ${theirs} ORDER BY 1`,
      )
      all.push(`${table}: ${rows.map(({ row }) => row).join(' ')}`)
    }
    return all.join('\n')
  })
}

/** The rows changed or read, or the SQLSTATE; nothing stays. */
async function attempt(client: pg.Client, sql: string): Promise<number | string> {
  await client.query('SAVEPOINT attempt')
  try {
    return (await client.query(sql)).rowCount ?? 0
  } catch (error) {
    return (error as pg.DatabaseError).code ?? String(error)
  } finally {
    await client.query('ROLLBACK TO attempt')
  }
}

async function asShop<T>(shop: number | null, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return connectAs('app', async (client) => {
    await client.query('BEGIN')
    if (shop !== null) await client.query(`SELECT set_config('app.shop', $1, true)`, [String(shop)])
    const result = await work(client)
    await client.query('ROLLBACK')
    return result
  })
}

const REFUSED = '42501'

describe('the catalogue', () => {
  test('every table with a shop forces a policy on reading and on writing, also on its owner', async () => {
    const found = await list(`
      SELECT c.relname FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relrowsecurity AND c.relforcerowsecurity
        AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant' AND p.polcmd = '*' AND p.polpermissive
          AND p.polroles = '{0}' AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL
          AND pg_get_expr(p.polqual, c.oid) = pg_get_expr(p.polwithcheck, c.oid)
          AND pg_get_expr(p.polqual, c.oid) ~ '^\\(shop = \\( SELECT .*app\\.shop')
        AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'shop' AND a.attnotnull)
      ORDER BY 1`)
    expect(found.map(({ relname }) => relname as string)).toEqual([...tables.keys()])
    expect(tables.size).toBeGreaterThan(20)
  })

  test('tables without a shop are the reviewed ones', async () => {
    const all = await list(
      `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'f')`,
    )
    expect(
      all
        .map(({ relname }) => relname as string)
        .filter((name) => !tables.has(name))
        .sort(),
    ).toEqual(TABLES_WITHOUT_A_SHOP)
  })

  test('every unique key begins with the shop, and no foreign key crosses shops', async () => {
    const keys = await list(`
      SELECT i.relname AS name FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
      WHERE c.relnamespace = 'public'::regnamespace AND x.indisunique AND a.attname <> 'shop'
        AND EXISTS (SELECT FROM pg_attribute s WHERE s.attrelid = c.oid AND s.attname = 'shop' AND NOT s.attisdropped)`)
    expect(keys.map(({ name }) => name as string)).toEqual(KEYS_WITHOUT_A_SHOP)
    expect(
      await list(`SELECT conname FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace`),
    ).toEqual([])
  })

  test('nobody but the system role has a wider policy, and only where its functions need one', async () => {
    const wider = await list(`
      SELECT c.relname, p.polroles::regrole[]::text AS roles FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
      WHERE p.polname <> 'tenant' ORDER BY 1`)
    expect(wider).toEqual(TABLES_OF_THE_SYSTEM_ROLE.map((relname) => ({ relname, roles: '{morello_system}' })))
  })

  test('functions past the policies are the reviewed ones, with a fixed search path and for the app alone', async () => {
    const found = await list(`
      SELECT p.proname, pg_get_userbyid(p.proowner) AS owner, p.proconfig::text AS config, p.proacl::text AS acl
      FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef ORDER BY 1`)
    expect(found.map(({ proname }) => proname as string)).toEqual(FUNCTIONS_PAST_THE_POLICIES)
    for (const one of found) {
      expect(one).toMatchObject({ owner: 'morello_system', config: '{"search_path=public, pg_temp"}' })
      expect(one.acl).toMatch(/^\{morello_system=X\/morello_system,morello_app=X\/morello_system\}$/)
    }
    expect(
      await list(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('m', 'v')`),
    ).toEqual([])
  })

  test('the roles of the app can do no more than read and write rows', async () => {
    const roles = await list(`
      SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS mighty, rolcanlogin AS login
      FROM pg_roles WHERE rolname IN ('morello_app', 'morello_system', 'morello_owner') ORDER BY 1`)
    expect(roles).toEqual([
      { rolname: 'morello_app', mighty: false, login: true },
      { rolname: 'morello_owner', mighty: false, login: true },
      { rolname: 'morello_system', mighty: false, login: false },
    ])
    const may = await list(`
      SELECT has_schema_privilege('morello_app', 'public', 'CREATE') AS schema,
        has_database_privilege('morello_app', current_database(), 'CREATE') AS database,
        has_schema_privilege('morello_system', 'public', 'CREATE') AS system,
        EXISTS (SELECT FROM pg_auth_members m WHERE m.member = 'morello_app'::regrole) AS member,
        EXISTS (SELECT FROM pg_class c WHERE c.relowner = 'morello_app'::regrole) AS owner,
        EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
          AND (has_table_privilege('morello_app', c.oid, 'TRUNCATE') OR has_table_privilege('morello_app', c.oid, 'TRIGGER')
            OR has_table_privilege('morello_app', c.oid, 'REFERENCES'))) AS truncate,
        has_table_privilege('morello_app', '_prisma_migrations', 'SELECT') AS migrations`)
    expect(may).toEqual([
      {
        schema: false,
        database: false,
        system: false,
        member: false,
        owner: false,
        truncate: false,
        migrations: false,
      },
    ])
  })

  test('the runtime role cannot become another one, nor make tables of its own', async () => {
    await connectAs('app', async (client) => {
      for (const sql of [
        'SET ROLE morello_system',
        'SET ROLE morello_owner',
        'CREATE TABLE public.mine (a int)',
        'CREATE SCHEMA mine',
        'ALTER TABLE "Order" DISABLE ROW LEVEL SECURITY',
        'DROP POLICY tenant ON "Order"',
        'TRUNCATE "Order"',
      ]) {
        await expect(client.query(sql), sql).rejects.toMatchObject({ code: REFUSED })
      }
    })
  })
})

describe('without a shop', () => {
  test('no row is seen and none is changed, before any setting and after one has ended', async () => {
    await connectAs('app', async (client) => {
      for (const isFresh of [true, false]) {
        if (!isFresh) {
          await client.query('BEGIN')
          await client.query(`SELECT set_config('app.shop', $1, true)`, [String(theirs)])
          await client.query('COMMIT')
        }
        await client.query('BEGIN')
        for (const [table, columns] of tables) {
          expect(await attempt(client, `SELECT FROM "${table}"`), table).toBe(0)
          expect(await attempt(client, `INSERT INTO "${table}" ${sampleRow(columns, theirs)}`), table).toBe(REFUSED)
          if (table === 'Shop') continue
          expect(await attempt(client, `UPDATE "${table}" SET shop = shop`), table).toBe(0)
          expect(await attempt(client, `DELETE FROM "${table}"`), table).toBe(0)
        }
        await client.query('ROLLBACK')
      }
    })
  })

  test('the owner of the tables sees none of their rows either', async () => {
    await connectAs('owner', async (client) => {
      for (const table of tables.keys()) expect((await client.query(`SELECT FROM "${table}"`)).rowCount, table).toBe(0)
    })
  })
})

describe('with another shop', () => {
  test('its rows can be neither read nor written by any kind of statement, on any table', async () => {
    const before = await belongings()
    await asShop(ours, async (client) => {
      for (const [table, columns] of tables) {
        const row = sampleRow(columns, theirs)
        const name = `"${table}"`
        const outcomes: Record<string, number | string> = {
          'select all': await attempt(client, `SELECT FROM ${name}`),
          'select theirs': await attempt(client, `SELECT FROM ${name} WHERE shop = ${theirs}`),
          join: await attempt(client, `SELECT FROM ${name} a JOIN ${name} b ON b.shop <> a.shop`),
          insert: await attempt(client, `INSERT INTO ${name} ${row}`),
          'insert returning': await attempt(client, `INSERT INTO ${name} ${row} RETURNING shop`),
          upsert: await attempt(
            client,
            `INSERT INTO ${name} ${row} ON CONFLICT (${await keyOf(client, table)}) DO UPDATE SET shop = excluded.shop`,
          ),
          copy: await attempt(client, `COPY ${name} FROM STDIN`),
        }
        const expected: Record<string, number | string> = {
          'select all': 1,
          'select theirs': 0,
          join: 0,
          insert: REFUSED,
          'insert returning': REFUSED,
          upsert: REFUSED,
          copy: table === 'Shop' ? REFUSED : '0A000',
        }
        if (table !== 'Shop') {
          outcomes['insert select'] = await attempt(
            client,
            `INSERT INTO ${name} SELECT ${columns.map((column) => (column.name === 'shop' ? theirs : `"${column.name}"`)).join(', ')} FROM ${name}`,
          )
          outcomes['update theirs'] = await attempt(client, `UPDATE ${name} SET shop = ${ours} WHERE shop = ${theirs}`)
          outcomes['give away'] = await attempt(client, `UPDATE ${name} SET shop = ${theirs}`)
          outcomes['delete theirs'] = await attempt(client, `DELETE FROM ${name} WHERE shop = ${theirs}`)
          outcomes['delete returning'] = await attempt(
            client,
            `DELETE FROM ${name} USING (SELECT ${theirs} AS s) x WHERE shop = s RETURNING shop`,
          )
          Object.assign(expected, {
            'insert select': REFUSED,
            'update theirs': 0,
            'give away': REFUSED,
            'delete theirs': 0,
            'delete returning': 0,
          })
        }
        expect(outcomes, table).toEqual(expected)
      }
    })
    expect(await belongings()).toBe(before)
  })

  test('a prepared statement and a cursor show the shop of their own transaction', async () => {
    await connectAs('app', async (client) => {
      for (const shop of [ours, theirs, ours]) {
        await client.query('BEGIN')
        await client.query(`SELECT set_config('app.shop', $1, true)`, [String(shop)])
        for (let repeat = 0; repeat < 7; repeat++) {
          const { rows } = await client.query({
            name: 'work',
            text: 'SELECT shop FROM "Work" WHERE id > $1',
            values: [0],
          })
          expect(rows).toEqual([{ shop }])
        }
        await client.query('DECLARE held CURSOR WITH HOLD FOR SELECT shop FROM "Work"')
        await client.query('COMMIT')
        expect((await client.query('FETCH ALL FROM held')).rows).toEqual([{ shop }])
        await client.query('CLOSE held')
      }
    })
  })

  test('writing a key tells nothing about who else has it', async () => {
    const alone = await testShop()
    for (const [table, columns] of tables) {
      if (table === 'Shop') continue
      const outcome = await asShop(alone, (client) =>
        attempt(client, `INSERT INTO "${table}" ${sampleRow(columns, alone)}`),
      )
      expect(outcome, table).toBe(1)
    }
    const taken = freshDomain()
    await testShop(taken)
    for (const domain of [taken, freshDomain()]) {
      expect(await asShop(alone, (client) => attempt(client, `UPDATE "Shop" SET domain = '${domain}'`))).toBe(REFUSED)
    }
  })

  test('the index leads to a shop and a customer of many', async () => {
    await connectAs('superuser', async (client) => {
      await client.query(`
        INSERT INTO "Membership" SELECT s, c, 'new', now(), 'none', false, false, NULL, NULL, 1, 1, now()
        FROM generate_series(1000, 1019) s, generate_series(1, 1000) c`)
      await client.query('ANALYZE "Membership"')
    })
    await asShop(1003, async (client) => {
      const { rows } = await client.query('EXPLAIN SELECT * FROM "Membership" WHERE customer = 5')
      const plan = rows.map((row) => Object.values(row as object)[0] as string).join('\n')
      expect(plan).toMatch(/Index Scan using "Membership_pkey"/)
      expect(plan).not.toMatch(/Seq Scan/)
    })
  })
})

async function keyOf(client: pg.Client, table: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey)
     WHERE x.indrelid = $1::regclass AND x.indisprimary`,
    [`"${table}"`],
  )
  return rows.map(({ name }) => `"${name}"`).join(', ')
}

describe('lent connections', () => {
  test('carry no shop to the next borrower, whatever became of the transaction before', async () => {
    const lent = new Set<pg.Client>()
    const connect = pg.Client.prototype.connect
    pg.Client.prototype.connect = function (this: pg.Client, ...args: unknown[]) {
      lent.add(this)
      this.on('error', () => {})
      return (connect as (...all: unknown[]) => unknown).apply(this, args)
    } as typeof connect

    const shops = await Promise.all(Array.from({ length: 20 }, () => testShop()))
    await Promise.all(
      shops.map((shop) =>
        withShop(shop, (tx) => tx.settings.create({ data: { shop, version: shop, data: {}, updatedAt: new Date(0) } })),
      ),
    )
    const seen: { shop: number; rows: { shop: number }[] }[] = []

    async function borrow(turn: number): Promise<void> {
      const shop = shops[turn % shops.length]!
      const isBulk = turn % 3 === 0
      const trouble = turn % 20
      const sql =
        trouble === 1 ? 'SELECT pg_sleep(5)' : turn % 97 === 3 ? 'SELECT pg_terminate_backend(pg_backend_pid())' : null
      if (isBulk) {
        await withShopBulk(shop, async (tx) => {
          seen.push({ shop, rows: await tx.query('SELECT shop FROM "Settings"') })
          if (sql) await tx.query(trouble === 1 ? `SET LOCAL statement_timeout = 20; ${sql}` : sql)
          if (trouble === 0) throw new Error('thrown')
        })
      } else {
        await withShop(
          shop,
          async (tx) => {
            seen.push({ shop, rows: await tx.settings.findMany({ select: { shop: true } }) })
            if (trouble === 1) await tx.$executeRaw`SELECT pg_sleep(5)`
            else if (sql) await tx.$executeRaw`SELECT pg_terminate_backend(pg_backend_pid())`
            if (trouble === 0) throw new Error('thrown')
          },
          trouble === 1 ? { timeoutMs: 150 } : {},
        )
      }
    }
    const outcomes = []
    for (let from = 0; from < 600; from += 40) {
      outcomes.push(...(await Promise.allSettled(Array.from({ length: 40 }, (_, index) => borrow(from + index)))))
    }
    pg.Client.prototype.connect = connect

    expect(seen.length).toBeGreaterThan(570)
    expect(seen.filter(({ shop, rows }) => rows.length !== 1 || rows[0]!.shop !== shop)).toEqual([])
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(50)
    let asked = 0
    for (const client of lent) {
      const answer = await client.query(`SELECT current_setting('app.shop', true) AS shop`).catch(() => null)
      if (!answer) continue
      asked += 1
      expect(['', null]).toContain((answer.rows as { shop: string | null }[])[0]!.shop)
    }
    expect(asked).toBeGreaterThan(3)
  })
})
