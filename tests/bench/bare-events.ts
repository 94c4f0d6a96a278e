// The peer of events.ts: parses the batch, inserts its rows in one statement, answers.
import { createServer } from 'node:http'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 8 })
const INSERT = `INSERT INTO bare_event SELECT $1, e.id, e.kind, e.customer, e.product, to_timestamp(e.at / 1000.0)
  FROM jsonb_to_recordset($2) AS e (id text, kind text, customer bigint, product bigint, at bigint) ON CONFLICT DO NOTHING`
createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', async () => {
    const { key, events } = JSON.parse(Buffer.concat(chunks).toString()) as { key: string; events: object[] }
    await pool.query(INSERT, [key, JSON.stringify(events)])
    response.writeHead(204).end()
  })
}).listen(Number(process.env.PORT), '127.0.0.1')
