import type { RouteConfig } from '@hono/zod-openapi'
import { ERRORS, type ErrorCode } from '../model/errors.ts'
import { PROBLEM } from './schemas/common.ts'

/** The problems a call can have, by status, for the OpenAPI document. */
export function describeProblems(codes: readonly ErrorCode[]): RouteConfig['responses'] {
  const byStatus = Map.groupBy(new Set(codes), (code) => ERRORS[code].status)
  const sorted = [...byStatus].sort(([a], [b]) => a - b)
  return {
    ...Object.fromEntries(
      sorted.map(([status, some]) => [status, answer(some.map((code) => `\`${code}\``).join(', '))]),
    ),
    default: answer('Any other problem'),
  }
}

function answer(description: string): RouteConfig['responses'][string] {
  return { description, content: { 'application/problem+json': { schema: PROBLEM } } }
}
