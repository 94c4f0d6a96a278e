import { globSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'smol-toml'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The app's pixel in one shop, as the Admin API has put it there. */
export type WebPixel = { kind: 'WebPixel'; id: number; settings: Record<string, string> }

type Toml = {
  type?: string
  runtime_context?: string
  customer_privacy?: Record<string, boolean | string>
  settings?: { fields?: Record<string, unknown> }
}

/** What the pixel's own file says: its settings, and what a shopper has to allow before it is loaded. */
export type PixelToml = { folder: string; fields: string[]; needs: string[] }

/** The app's web pixel, found where Shopify's CLI finds it; null: it has none. */
export function pixelToml(): PixelToml | null {
  for (const file of globSync('extensions/*/shopify.extension.toml', { cwd: ROOT })) {
    const toml = parse(readFileSync(path.join(ROOT, file), 'utf8')) as Toml
    if (toml.type !== 'web_pixel_extension') continue
    if (toml.runtime_context !== 'strict') throw new Error('The local shop plays the strict sandbox of pixels only')
    const { customer_privacy: asked = {} } = toml
    // `sale_of_data` is another word of the shopper's, which matters only to who sells.
    if (asked['sale_of_data'] !== 'disabled') throw new Error('The local shop does not play pixels that sell data')
    return {
      folder: path.dirname(path.join(ROOT, file)),
      fields: Object.keys(toml.settings?.fields ?? {}),
      needs: Object.keys(asked).filter((key) => asked[key] === true),
    }
  }
  return null
}

let bundled: { sourcesAt: number; code: string } | null = null

/** The pixel as one classic script, as Shopify's CLI bundles it. */
export async function pixelBundle({ folder }: Pick<PixelToml, 'folder'>): Promise<string> {
  const files = globSync('src/**/*.ts', { cwd: folder }).map((file) => path.join(folder, file))
  const sourcesAt = Math.max(...files.map((file) => statSync(file).mtimeMs))
  if (bundled?.sourcesAt === sourcesAt) return bundled.code
  // Loaded when a page asks for it: tests that need no browser need no bundler.
  const { build } = await import('vite')
  const result = await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      rollupOptions: { input: path.join(folder, 'src/index.ts'), output: { format: 'iife' } },
    },
  })
  const [output] = Array.isArray(result) ? result : [result]
  const chunk = output && 'output' in output ? output.output[0] : undefined
  if (!chunk) throw new Error('The web pixel gave no script')
  bundled = { sourcesAt, code: chunk.code }
  return chunk.code
}
