// Shopify's Admin schema, as Shopify publishes it inside @shopify/dev-mcp: introspection JSON with Shopify's own access and
// protected-data marks. One file of that package is taken, once, into node_modules/.cache; the package itself would bring
// 369 MB of dependencies. Plain JavaScript without dependencies, because it runs before anything is built.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'

const PACKAGE = '@shopify/dev-mcp@1.16.0'
const SHA512 = 'tqgRnK7sQhjew+htxtleTH23nXB5fZcsrhWgEkomsorGXvLOB2mh2upwZm8uzuTDNTZnqtLMe64yIwh6s2awtw=='
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The API version of shopify.app.toml, its one place. */
export function apiVersion() {
  const version = /^api_version = "([^"]+)"$/m.exec(readFileSync(join(ROOT, 'shopify.app.toml'), 'utf8'))?.[1]
  if (!version) throw new Error('shopify.app.toml names no api_version')
  return version
}

/** Where the schema lies once it has been fetched. */
export function adminSchemaPath() {
  return join(ROOT, 'node_modules', '.cache', 'morello', `admin_${apiVersion()}.json.gz`)
}

/**
 * Fetches the schema if it is not there yet, and answers its path.
 * Several processes may ask at once: each writes its own file and renames it into place.
 */
export async function ensureAdminSchema() {
  const path = adminSchemaPath()
  if (existsSync(path)) return path
  const folder = mkdtempSync(join(tmpdir(), 'morello-schema-'))
  try {
    await promisify(execFile)('npm', ['pack', PACKAGE, '--pack-destination', folder, '--ignore-scripts', '--silent'], {
      cwd: folder,
    })
    const [name] = readdirSync(folder).filter((file) => file.endsWith('.tgz'))
    if (!name) throw new Error(`npm pack ${PACKAGE} left no archive`)
    const archive = readFileSync(join(folder, name))
    const sha512 = createHash('sha512').update(archive).digest('base64')
    if (sha512 !== SHA512) throw new Error(`${PACKAGE} is not the archive that was pinned: sha512 ${sha512}`)
    const entry = `package/dist/data/admin_${apiVersion()}.json.gz`
    const content = fileInTar(gunzipSync(archive), entry)
    if (!content) throw new Error(`${PACKAGE} holds no ${entry}`)
    mkdirSync(dirname(path), { recursive: true })
    const fresh = `${path}.${process.pid}`
    writeFileSync(fresh, content)
    renameSync(fresh, path)
    return path
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The introspection result, `{__schema}`, with Shopify's marks; for graphql's buildClientSchema. */
export async function adminIntrospection() {
  return JSON.parse(gunzipSync(readFileSync(await ensureAdminSchema())).toString('utf8')).data
}

// ustar: 512-byte headers, name at 0, size in octal at 124, prefix at 345; contents padded to 512.
function fileInTar(tar, wanted) {
  for (let at = 0; at + 512 <= tar.length;) {
    const text = (from, length) => tar.toString('utf8', at + from, at + from + length).split('\0')[0]
    const name = [text(345, 155), text(0, 100)].filter(Boolean).join('/')
    const size = parseInt(text(124, 12), 8) || 0
    if (name === wanted) return tar.subarray(at + 512, at + 512 + size)
    at += 512 + Math.ceil(size / 512) * 512
  }
  return null
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await ensureAdminSchema()
}
