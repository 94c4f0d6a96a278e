import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { CannotStart, root } from './processes.ts'

/** Builds web and worker when anything they are made of has changed since the last build; otherwise costs milliseconds. */
export function buildIfChanged(say: (text: string) => void): void {
  const hash = createHash('sha256')
  for (const place of ['app', 'package-lock.json', 'vite.config.ts', 'prisma/schema.prisma', 'shopify.app.toml'])
    for (const file of filesOf(path.join(root, place))) hash.update(file).update(readFileSync(file))
  const key = hash.digest('hex')
  const stamp = path.join(root, 'build/stamp')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return
  say('Building the app (about half a minute, only when it has changed)…')
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new CannotStart(`The app could not be built:\n${stdout}\n${stderr}`)
  mkdirSync(path.dirname(stamp), { recursive: true })
  writeFileSync(stamp, key)
}

function filesOf(place: string): string[] {
  if (!existsSync(place)) return []
  try {
    return readdirSync(place, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
  } catch {
    return [place]
  }
}
