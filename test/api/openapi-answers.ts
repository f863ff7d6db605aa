import assert from 'node:assert/strict'
import { z } from '@hono/zod-openapi'

type Schema = Record<string, unknown>
type Answer = { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }
export type Parameter = {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: Schema
}
export type Operation = {
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
  readonly responses: Readonly<Record<string, Answer>>
}
export type OpenApi = {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/**
 * Checks that an answer is one that /openapi.json tells of: its status, its type and, for JSON, its every field. Fields that the document
 * does not name are refused too.
 */
export async function checkAnswer(document: OpenApi, operation: Operation, response: Response): Promise<void> {
  const told = operation.responses[String(response.status)]
  assert.ok(told, `${operation.operationId} does not tell of ${response.status}: ${await response.clone().text()}`)
  const type = response.headers.get('content-type')?.split(';')[0]
  if (type === undefined || told.content === undefined) return
  const content = told.content[type]
  assert.ok(content, `${operation.operationId} does not tell of ${type} for ${response.status}`)
  if (!type.endsWith('json')) return
  const result = schemaOf(document, content.schema).safeParse(await response.clone().json())
  assert.ok(result.success, `${operation.operationId} ${response.status}: ${result.error?.message}`)
}

const made = new WeakMap<Schema, z.ZodType>()

function schemaOf({ components }: OpenApi, schema: Schema): z.ZodType {
  const known = made.get(schema)
  if (known !== undefined) return known
  const whole = { ...strict(schema), $defs: strict(components.schemas) }
  const fresh = z.fromJSONSchema(whole as Parameters<typeof z.fromJSONSchema>[0])
  made.set(schema, fresh)
  return fresh
}

/** References as JSON Schema has them, and no fields beside those that are named. */
function strict(value: unknown): Schema {
  const change = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(change)
    if (typeof part === 'string') return part.replace('#/components/schemas/', '#/$defs/')
    if (typeof part !== 'object' || part === null) return part
    const entries = Object.entries(part).map(([key, child]) => [key, change(child)])
    const isClosed = 'properties' in part && !('additionalProperties' in part)
    return { ...Object.fromEntries(entries), ...(isClosed ? { additionalProperties: false } : {}) }
  }
  return change(value) as Schema
}

/** The code of a problem; anything else fails. */
export async function codeOf(response: Response): Promise<string> {
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  return ((await response.json()) as { code: string }).code
}
