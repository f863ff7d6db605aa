import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: ['./src/history/schema.ts', './src/history/run-schema.ts', './src/history/ledger-schema.ts'],
  out: './migrations',
})
