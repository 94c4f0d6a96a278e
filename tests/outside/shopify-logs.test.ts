import { shopifyIs } from '#tests/support/shopify-stand-in.ts'

import fs from 'node:fs'

import { afterAll, expect, test, vi } from 'vitest'

import { forMerchant, forWebhook } from '#app/outside/request.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import { installedShop } from '#app/outside/database.server.ts'
import { ShopDetailsDocument } from '#app/outside/admin.generated.ts'
import { freshDomain } from '#tests/support/database.ts'
import { merchantRequest, sessionToken, signature, webhook } from '#tests/support/signed.ts'

const written = vi.hoisted(() => {
  // Before anything of the app is read: it looks at the environment once.
  process.env.LOG_LEVEL = 'debug'
  return [] as string[]
})
// pino writes to the file descriptor itself, at once or later.
const spies = [
  vi.spyOn(fs, 'writeSync').mockImplementation(((_fd: number, text: string | Buffer) => {
    written.push(String(text))
    return Buffer.byteLength(text)
  }) as typeof fs.writeSync),
  vi.spyOn(fs, 'write').mockImplementation(((_fd: number, text: string | Buffer, ...rest: unknown[]) => {
    written.push(String(text))
    ;(rest.at(-1) as (error: null, bytes: number) => void)(null, Buffer.byteLength(text))
  }) as unknown as typeof fs.write),
  ...(['log', 'info', 'warn', 'debug'] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation((...args: unknown[]) => void written.push(args.join(' '))),
  ),
]
afterAll(() => spies.forEach((spy) => spy.mockRestore()))

test('at debug level nothing of a token, a signature or a person reaches the log', async () => {
  const domain = freshDomain()
  const expires = { expires_in: 3600, refresh_token: 'shprt_secret', refresh_token_expires_in: 7_776_000 }
  await shopifyIs(({ path }) =>
    path.includes('oauth')
      ? { body: { access_token: 'shpat_secret', scope: '', ...expires } }
      : { status: 400, body: { errors: [{ message: 'CNRY-answer' }] } },
  )
  const page = forMerchant({}, () =>
    Promise.reject(new Error(`Failed with ${sessionToken(domain)} of CNRY@example.com`)),
  )
  const tokens = [
    sessionToken(domain),
    sessionToken(domain, { exp: undefined }),
    sessionToken(domain, {}, { secret: 'x' }),
  ]
  for (const token of tokens) {
    await page({ request: merchantRequest('/app', token), params: {}, context: {} }).catch(() => undefined)
  }
  const admin = await adminOf((await installedShop(domain))!)
  await expect(admin.ask(ShopDetailsDocument, {})).rejects.toMatchObject({ code: 'shopify-refused' })
  const body = { shop_domain: domain, customer: { email: 'CNRY@example.com' } }
  for (const hmac of [signature(JSON.stringify(body)), signature('other')]) {
    const request = webhook('customers/redact', domain, body, { 'x-shopify-hmac-sha256': hmac })
    await forWebhook()({ request, params: {}, context: {} })
  }

  const all = written.join('\n')
  expect(all).toContain('webhook received')
  expect(all).toContain('a page failed')
  expect(all).not.toMatch(/eyJ|shpat_|shprt_|CNRY|local-secret/)
  expect(all).not.toContain(signature(JSON.stringify(body)))
})
