import { z } from '@hono/zod-openapi'
import type { KindCoverage } from '../../model/coverage.ts'
import { ERRORS, type ErrorCode, type ErrorDocument } from '../../model/errors.ts'
import type { Json } from '../../model/json.ts'
import type { ResourceRef } from '../../model/resource-ref.ts'
import type { Problem } from '../problem.ts'

export const API_VERSION = 'flux-compare.dev/v1'

/** A schema or null. `nullable()` of a named schema would be written as `allOf` with it, which null does not satisfy. */
export function orNull<T extends z.ZodType>(schema: T): z.ZodUnion<[T, z.ZodNull]> {
  return z.union([schema, z.null()])
}

export const TIME = z.string().meta({ description: 'RFC 3339, UTC', examples: ['2026-11-21T07:00:00.000Z'] })
export const NAME = z.string().meta({ examples: ['staging'] })

/** What somebody says of something, on one line. */
export const WORDS = z
  .string()
  .min(1)
  .max(1000)
  .refine((value) => value.trim() !== '' && !/\p{Cc}/u.test(value), { error: 'is empty or holds control characters' })

/** Any JSON value: what clusters said, masked. */
export const JSON_VALUE = z.unknown() as unknown as z.ZodType<Json>

export const ERROR_CODE = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]).openapi('ErrorCode')

export const ERROR_DOCUMENT: z.ZodType<ErrorDocument> = z
  .object({ code: ERROR_CODE, message: z.string(), hint: z.string() })
  .openapi('Error')

export const REF: z.ZodType<ResourceRef> = z
  .object({ group: z.string(), kind: z.string(), namespace: z.string(), name: z.string() })
  .meta({ description: 'An object without its API version' })
  .openapi('ResourceRef')

const COVERAGE_STATUS = z
  .enum(['complete', 'not-installed', 'forbidden', 'partial', 'failed', 'not-asked'])
  .openapi('CoverageStatus')

export const COVERAGE: z.ZodType<KindCoverage> = z
  .object({
    group: z.string(),
    kind: z.string(),
    version: z.string().nullable(),
    status: COVERAGE_STATUS,
    objects: z.int(),
    scopes: z.array(
      z.object({
        namespace: z.string().nullable(),
        verb: z.enum(['list', 'get']),
        status: COVERAGE_STATUS,
        reason: z.string().nullable(),
        resourceVersion: z.string().nullable(),
      }),
    ),
  })
  .openapi('KindCoverage')

const FAULT = z
  .object({
    in: z.enum(['path', 'query', 'header', 'body']),
    parameter: z.string().optional(),
    pointer: z.string().meta({ description: 'RFC 6901, into the body' }).optional(),
    message: z.string(),
    hint: z.string(),
  })
  .openapi('InputFault')

export const PROBLEM = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: ERROR_CODE,
    hint: z.string().meta({ description: 'What to do' }),
    retry: z.boolean().meta({ description: 'Whether the same request can succeed later' }),
    requestId: z.string(),
    errors: z.array(FAULT),
  })
  .meta({ description: 'RFC 9457' })
  .openapi('Problem') satisfies z.ZodType<ProblemDocument>

type ProblemDocument = Omit<Problem, 'errors'>

/** One page of a list. `continue`: pass it on as ?continue= for the next page; null: this was the last one. */
export function listOf(kind: string, item: z.ZodType): z.ZodType {
  return z
    .object({
      apiVersion: z.literal(API_VERSION),
      kind: z.literal(kind),
      items: z.array(item),
      continue: z.string().nullable(),
    })
    .openapi(kind)
}
