// The peer of claims.ts: verifies the signature of the app proxy, answers the same bytes.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const body = '{"state":"reserved"}'
const type = { 'content-type': 'application/json; charset=utf-8', 'x-content-type-options': 'nosniff' }
createServer((request, response) => {
  request.resume().on('end', () => {
    const given = new URLSearchParams(request.url!.split('?')[1])
    const claimed = Buffer.from(given.get('signature') ?? '', 'hex')
    given.delete('signature')
    const text = [...given].map(([name, value]) => `${name}=${value}`).sort()
    const signed = createHmac('sha256', process.env.SHOPIFY_API_SECRET!).update(text.join('')).digest()
    if (claimed.length !== 32 || !timingSafeEqual(signed, claimed)) return response.writeHead(401).end()
    const headers = { ...type, 'cache-control': 'private, no-store', 'content-length': body.length }
    response.writeHead(200, headers).end(body)
  })
}).listen(Number(process.env.PORT), '127.0.0.1')
