// The peer of webhooks.ts: verifies the HMAC, inserts one row, answers.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 8 })
createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', async () => {
    const body = Buffer.concat(chunks)
    const signed = createHmac('sha256', process.env.SHOPIFY_API_SECRET!).update(body).digest()
    const claimed = Buffer.from(String(request.headers['x-shopify-hmac-sha256']), 'base64')
    if (claimed.length !== 32 || !timingSafeEqual(signed, claimed)) return response.writeHead(401).end()
    await pool.query('INSERT INTO bare (id, body) VALUES ($1, $2)', [request.headers['x-shopify-webhook-id'], body])
    response.writeHead(200).end()
  })
}).listen(Number(process.env.PORT), '127.0.0.1')
