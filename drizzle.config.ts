import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: [
    './src/history/schema.ts',
    './src/history/run-schema.ts',
    './src/history/ledger-schema.ts',
    './src/history/report-schema.ts',
    './src/history/schedule-schema.ts',
    './src/history/version-schema.ts',
  ],
  out: './migrations',
})
