import type { RouteConfig, z } from '@hono/zod-openapi'

export const JSON_ONLY: readonly string[] = ['application/json']

/** An answer of one JSON document, for the OpenAPI document. */
export function json(description: string, schema: z.ZodType): RouteConfig['responses'][string] {
  return { description, content: { 'application/json': { schema } } }
}
