import * as z from 'zod'
import { configSchema } from './schema.ts'

/** The JSON Schema (draft 7, which editors know) of the configuration file as it is written, as text. */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-07' })
  return `${JSON.stringify({ title: 'flux-compare configuration', ...schema }, null, 2)}\n`
}
