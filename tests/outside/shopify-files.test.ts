import { shopifyIs } from '#tests/support/shopify-stand-in.ts'

import { describe, expect, test } from 'vitest'

import { fileAddress, openFile, uploadFile } from '#app/outside/bulk-file.server.ts'

const URL_OF_FILE = 'https://storage.googleapis.com/shopify-tiers-assets-prod/bulk?Expires=1&Signature=abc'
const QUICK = { idleMs: 150, uploadMs: 500 }

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

describe('a result file', () => {
  test('is read from the start, with its size and validator', async () => {
    await shopifyIs(() => ({ headers: { etag: '"a"', 'content-length': '10' }, body: '0123456789' }))
    const file = await openFile(URL_OF_FILE, 0, null)
    expect([await textOf(file.body), file.etag, file.totalBytes]).toEqual(['0123456789', '"a"', 10])
  })

  test('is read on from a byte, by Range and If-Range, uncompressed', async () => {
    let asked: unknown[] = []
    await shopifyIs(({ headers }) => {
      asked = [headers.range, headers['if-range'], headers['accept-encoding']]
      return { status: 206, headers: { etag: '"a"', 'content-range': 'bytes 4-9/10' }, body: '456789' }
    })
    const file = await openFile(URL_OF_FILE, 4, '"a"')
    expect([await textOf(file.body), file.totalBytes]).toEqual(['456789', 10])
    expect(asked).toEqual(['bytes=4-', '"a"', 'identity'])
  })

  test('that comes whole from a server without ranges is read on from the same byte', async () => {
    await shopifyIs(() => ({ headers: { etag: '"a"' }, body: '0123456789' }))
    expect(await textOf((await openFile(URL_OF_FILE, 4, '"a"')).body)).toBe('456789')
  })

  test('that has ended at this byte is empty', async () => {
    await shopifyIs(() => ({ status: 416, headers: { 'content-range': 'bytes */10' } }))
    const file = await openFile(URL_OF_FILE, 10, '"a"')
    expect([await textOf(file.body), file.totalBytes]).toEqual(['', 10])
  })

  test.each([
    ['changed', { headers: { etag: '"b"' }, body: 'other' }],
    ['answers another range', { status: 206, headers: { etag: '"a"', 'content-range': 'bytes 0-9/10' }, body: 'x' }],
    ['is shorter by now', { status: 416, headers: { 'content-range': 'bytes */3' } }],
    ['has expired', { status: 400, body: '<Code>ExpiredToken</Code>' }],
    ['is forbidden', { status: 403 }],
    ['is not there', { status: 404 }],
    ['fails its precondition', { status: 412 }],
  ])('that %s is gone', async (_, reply) => {
    await shopifyIs(() => reply)
    await expect(openFile(URL_OF_FILE, 4, '"a"')).rejects.toMatchObject({ code: 'bulk-file-gone' })
  })

  test('whose server is in trouble can be opened again later', async () => {
    await shopifyIs(() => ({ status: 503, headers: { 'retry-after': '7' } }))
    await expect(openFile(URL_OF_FILE, 0, null)).rejects.toMatchObject({
      code: 'shopify-unavailable',
      retryAfterMs: 7000,
    })
  })

  test('that falls silent, or breaks off, ends in a failure that time may heal', async () => {
    const shop = await shopifyIs((_, response) => {
      response.writeHead(200, { 'content-length': '10' })
      response.write('012')
      if (shop.requests.length === 2) setTimeout(() => response.destroy(), 20)
      return undefined
    })
    for (let times = 0; times < 2; times++) {
      const { body } = await openFile(URL_OF_FILE, 0, null, QUICK)
      await expect(textOf(body)).rejects.toMatchObject({ code: 'shopify-unavailable' })
    }
  })
})

describe('a file’s address', () => {
  test.each([
    URL_OF_FILE,
    'https://shopify-staged-uploads.storage.googleapis.com/',
    'https://cdn.shopify.com/s/files/bulk.jsonl',
  ])('%s is Shopify’s', (url) => expect(fileAddress(url).href).toBe(url))

  test.each([
    'http://storage.googleapis.com/x',
    'https://127.0.0.1/x',
    'https://[::1]/x',
    'https://[::ffff:127.0.0.1]/x',
    'https://169.254.169.254/latest/meta-data',
    'https://0x7f000001/x',
    'https://localhost/x',
    'file:///etc/passwd',
    'gopher://storage.googleapis.com/x',
    'https://user:pass@storage.googleapis.com/x',
    'https://storage.googleapis.com@evil.example/x',
    'https://storage.googleapis.com:22/x',
    'https://storage.googleapis.com.evil.example/x',
    'https://evil-storage.googleapis.com/x',
    'https://bucket.storage.googleapis.com/x',
    'https://shopify.com.evil.example/x',
    'https://evilshopify.com/x',
    'not an address',
    '',
  ])('%s is refused before anything is sent', async (url) => {
    const shop = await shopifyIs(() => ({}))
    await expect(openFile(url, 0, null)).rejects.toMatchObject({ code: 'shopify-refused' })
    await expect(uploadFile({ url, parameters: [] }, 'x')).rejects.toMatchObject({ code: 'shopify-refused' })
    expect(shop.requests).toEqual([])
  })

  test('a redirect is not followed', async () => {
    const shop = await shopifyIs(() => ({ status: 302, headers: { location: 'https://169.254.169.254/' } }))
    await expect(openFile(URL_OF_FILE, 0, null)).rejects.toMatchObject({ code: 'shopify-refused' })
    await expect(uploadFile({ url: URL_OF_FILE, parameters: [] }, 'x')).rejects.toMatchObject({
      code: 'shopify-refused',
    })
    expect(shop.requests).toHaveLength(2)
  })
})

test('a staged upload sends the fields in Shopify’s order, the file last', async () => {
  let sent = ''
  await shopifyIs(({ body, headers }) => {
    sent = body
    expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    return { status: 201 }
  })
  const parameters = ['key', 'Content-Type', 'success_action_status', 'policy'].map((name) => ({
    name,
    value: `v-${name}`,
  }))
  await uploadFile({ url: 'https://shopify-staged-uploads.storage.googleapis.com/', parameters }, '{"input":1}\n')
  const names = [...sent.matchAll(/[^e]name="([^"]+)"/g)].map((match) => match[1])
  expect(names).toEqual(['key', 'Content-Type', 'success_action_status', 'policy', 'file'])
  expect(sent).toContain('{"input":1}\n')
})
