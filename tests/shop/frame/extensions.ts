import { globSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'smol-toml'
import type { Locale } from '../door-context.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

type ExtensionToml = { extensions?: { type?: string; targeting?: { module: string; target: string }[] }[] }
type Extension = { folder: string; module: string; target: string }
type Words = { [key: string]: string | Words }

/** Bundles by target, good until a source of them is newer. */
const bundles = new Map<string, { sourcesAt: number; code: string }>()

/** The app's UI extension for a place in the admin, found where Shopify's CLI finds it. */
export function extensionFor(target: string): Extension | null {
  for (const file of globSync('extensions/*/shopify.extension.toml', { cwd: ROOT })) {
    const folder = path.dirname(path.join(ROOT, file))
    const toml = parse(readFileSync(path.join(ROOT, file), 'utf8')) as ExtensionToml
    for (const { type, targeting = [] } of toml.extensions ?? []) {
      const found = type === 'ui_extension' ? targeting.find((one) => one.target === target) : undefined
      if (found) return { folder, module: path.join(folder, found.module), target }
    }
  }
  return null
}

/** The extension as one classic script that announces itself by `shopify.extend`, as Shopify's CLI bundles it. */
export async function bundleOf({ folder, module, target }: Extension): Promise<string> {
  const sources = globSync('**/*.{ts,tsx,json}', { cwd: path.dirname(folder) })
  const sourcesAt = Math.max(...sources.map((file) => statSync(path.join(path.dirname(folder), file)).mtimeMs))
  const known = bundles.get(target)
  if (known?.sourcesAt === sourcesAt) return known.code
  // Loaded when a page asks for it: tests that need no browser need no bundler.
  const { build } = await import('vite')
  const entry = '\0extension'
  const result = await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      minify: false,
      rollupOptions: { input: 'extension', output: { format: 'iife' } },
    },
    plugins: [
      {
        name: 'extension',
        resolveId: (id) => (id === 'extension' ? entry : null),
        load: (id) =>
          id === entry
            ? `import extension from ${JSON.stringify(module)}\nshopify.extend(${JSON.stringify(target)}, extension)`
            : null,
      },
    ],
  })
  const [output] = Array.isArray(result) ? result : [result]
  const chunk = output && 'output' in output ? output.output[0] : undefined
  if (!chunk) throw new Error(`The extension for ${target} gave no script`)
  bundles.set(target, { sourcesAt, code: chunk.code })
  return chunk.code
}

/** The extension's own words: the default language, with those of the admin's language over it. */
export function wordsOf({ folder }: Extension, locale: Locale): Words {
  const read = (pattern: string): Words => {
    const [file] = globSync(pattern, { cwd: folder })
    return file === undefined ? {} : (JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Words)
  }
  return { ...read('locales/*.default.json'), ...read(`locales/${locale}.json`) }
}
