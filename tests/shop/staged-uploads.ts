import { randomUUID } from 'node:crypto'
import { notPlayed } from './admin/search.ts'

const HOST = 'https://shopify-staged-uploads.storage.googleapis.com'
const MAX_BYTES = 104_857_600

export type StagedInput = {
  filename: string
  mimeType: string
  resource: string
  httpMethod?: 'POST' | 'PUT'
  fileSize?: string
}

type Upload = { body: Buffer | null }

/** Where bulk mutations leave their variables: a form for POST, a signed address for PUT. */
export class StagedUploads {
  #uploads = new Map<string, Upload>()
  #shopNumber: number

  constructor(shopNumber: number) {
    this.#shopNumber = shopNumber
  }

  create(inputs: StagedInput[]) {
    const stagedTargets = inputs.map((input) => {
      if (input.resource !== 'BULK_MUTATION_VARIABLES') throw notPlayed(`staged uploads of ${input.resource}`)
      const key = `tmp/${this.#shopNumber}/bulk/${randomUUID()}/${input.filename}`
      this.#uploads.set(key, { body: null })
      if (input.httpMethod === 'PUT') {
        const signed = `${HOST}/${key}?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Expires=604800&X-Goog-Signature=local`
        return {
          url: signed,
          resourceUrl: `${HOST}/${key}`,
          parameters: [{ name: 'content_type', value: input.mimeType }],
        }
      }
      const date = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
      const credential = `merchant-assets@shopify-tiers.iam.gserviceaccount.com/${date.slice(0, 8)}/auto/storage/goog4_request`
      const parameters = {
        'Content-Type': input.mimeType,
        success_action_status: '201',
        acl: 'private',
        key,
        'x-goog-date': date,
        'x-goog-credential': credential,
        'x-goog-algorithm': 'GOOG4-RSA-SHA256',
        'x-goog-signature': 'local',
        policy: Buffer.from(JSON.stringify({ conditions: [['content-length-range', 1, MAX_BYTES], { key }] })).toString(
          'base64',
        ),
      }
      return {
        url: `${HOST}/`,
        resourceUrl: `${HOST}/`,
        parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
      }
    })
    return { stagedTargets, userErrors: [] }
  }

  has(key: string): boolean {
    return this.#uploads.has(key)
  }

  /** The uploaded bytes of a staged path, or null when nothing was uploaded there. */
  take(key: string): Buffer | null {
    return this.#uploads.get(key)?.body ?? null
  }

  put(key: string, body: Buffer): boolean {
    const upload = this.#uploads.get(key)
    if (!upload) return false
    upload.body = body
    return true
  }

  /** A form POST, as Google's storage takes it: every field first, the file last. */
  async post(contentType: string, body: Buffer): Promise<{ status: number; text: string }> {
    let form: FormData
    try {
      form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData()
    } catch {
      return failure(400, 'MalformedPOSTRequest')
    }
    const key = form.get('key')
    const file = form.get('file')
    if (typeof key !== 'string' || !this.#uploads.has(key)) return failure(403, 'AccessDenied')
    if (!(file instanceof Blob)) return failure(400, 'MalformedPOSTRequest')
    if (form.get('x-goog-signature') !== 'local' || form.get('policy') === null)
      return failure(403, 'SignatureDoesNotMatch')
    // The policy's own range starts at one byte.
    if (file.size === 0 || file.size > MAX_BYTES)
      return failure(400, file.size === 0 ? 'EntityTooSmall' : 'EntityTooLarge')
    this.put(key, Buffer.from(await file.arrayBuffer()))
    const text = `<?xml version='1.0' encoding='UTF-8'?><PostResponse><Location>https://storage.googleapis.com/shopify-staged-uploads/${key}</Location><Bucket>shopify-staged-uploads</Bucket><Key>${key}</Key></PostResponse>`
    return { status: 201, text }
  }
}

function failure(status: number, code: string): { status: number; text: string } {
  return { status, text: `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code></Error>` }
}
