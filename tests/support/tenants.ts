import type pg from 'pg'

/** What the catalogue says about one column; `value`: what a sample row holds there, as SQL, where that matters. */
export type Column = { name: string; type: string; value?: string }

/** Every table with a column `shop`, with its columns in order. */
export async function tenantTables(client: pg.Client): Promise<Map<string, Column[]>> {
  const { rows } = await client.query<{ table: string; name: string; type: string }>(`
    SELECT c.relname AS "table", a.attname AS name, format_type(a.atttypid, NULL) AS type
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND EXISTS (SELECT FROM pg_attribute s WHERE s.attrelid = c.oid AND s.attname = 'shop' AND NOT s.attisdropped)
    ORDER BY c.relname, a.attnum`)
  const tables = new Map<string, Column[]>()
  for (const { table, name, type } of rows) tables.set(table, [...(tables.get(table) ?? []), { name, type }])
  return tables
}

const SAMPLE: Record<string, string> = {
  integer: '7',
  smallint: '7',
  bigint: '7',
  text: `'seven'`,
  jsonb: `'{}'`,
  boolean: 'false',
  bytea: `'\\x07'`,
  date: `'2026-01-07'`,
  character: `'USD'`,
  'double precision': '7',
  'timestamp with time zone': `'2026-01-07 07:07:07Z'`,
  'text[]': `'{seven}'`,
  'integer[]': `'{7}'`,
  'bigint[]': `'{7}'`,
  'timestamp with time zone[]': `'{2026-01-07 07:07:07Z}'`,
  'double precision[]': `'{7}'`,
  'real[]': `'{7}'`,
}

/** `("shop", …) VALUES (shop, 7, 'seven', …)`: the same row for every shop but for its shop. */
export function sampleRow(columns: Column[], shop: number | string): string {
  const values = columns.map(({ name, type, value }) => {
    const sample = name === 'shop' ? String(shop) : (value ?? SAMPLE[type])
    if (!sample) throw new Error(`no sample value of type ${type}`)
    return sample
  })
  return `(${columns.map(({ name }) => `"${name}"`).join(', ')}) VALUES (${values.join(', ')})`
}
