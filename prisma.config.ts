import { defineConfig } from 'prisma/config'
import { migrateAdapter } from './prisma/migrate-adapter.ts'

// Prisma Migrate on its WebAssembly engine: nothing is downloaded, neither here nor in CI.
export default defineConfig({
  experimental: { adapter: true },
  engine: 'js',
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  adapter: async () => migrateAdapter(process.env.MIGRATE_DATABASE_URL ?? 'postgresql://unused'),
})
