import { z } from '@hono/zod-openapi'
import { AppError } from '../model/errors.ts'
import type { ApiContext } from './context.ts'
import { faultsOf, unwrap } from './input-faults.ts'
import type { InputFault } from './problem.ts'

export type InputSchemas<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = {
  readonly params: P
  readonly query: Q
  /** Null: the call takes no body. */
  readonly body: B | null
}

export type ReadInput<P, Q, B> = { readonly params: P; readonly query: Q; readonly body: B }

/**
 * Checks path, query and body together, so that all faults are told at once. Rejects with `media-type-unsupported`, or `input-invalid` for
 * a body that is no JSON.
 */
export async function readInput<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  c: ApiContext,
  { params, query, body }: InputSchemas<P, Q, B>,
): Promise<ReadInput<z.output<P>, z.output<Q>, z.output<B>> | { readonly faults: readonly InputFault[] }> {
  const sent = await readBody(c, body !== null)
  const path = params.safeParse(c.req.param(), REPORT)
  const search = query.safeParse(queryOf(c, query), REPORT)
  const content = (body ?? NO_BODY).safeParse(sent, REPORT)
  if (path.success && search.success && content.success) {
    return { params: path.data, query: search.data, body: content.data as z.output<B> }
  }
  return {
    faults: [
      ...faultsOf('path', params, path.error?.issues ?? []),
      ...faultsOf('query', query, search.error?.issues ?? []),
      ...faultsOf('body', body ?? NO_BODY, content.error?.issues ?? []),
    ],
  }
}

/** Without it nothing tells what is missing from what is wrong. The input itself is never told. */
const REPORT = { reportInput: true }

/** An empty object is let through, because clients send one where there is nothing to say. */
const NO_BODY = z.strictObject({}).optional()

/** Single values as text, those that may be repeated as lists: a single one given twice then is a list, which its schema refuses. */
function queryOf(c: ApiContext, schema: z.ZodType): Readonly<Record<string, unknown>> {
  const { shape } = unwrap(schema) as z.ZodObject
  const entries = Object.entries(c.req.queries()).map(([name, values]) => {
    const known = Object.hasOwn(shape, name) ? shape[name] : undefined
    const isList = known !== undefined && unwrap(known as z.ZodType) instanceof z.ZodArray
    return [name, isList || values.length !== 1 ? values : values[0]]
  })
  return Object.fromEntries(entries)
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i

async function readBody(c: ApiContext, isExpected: boolean): Promise<unknown> {
  if (c.req.method !== 'POST') return undefined
  const type = c.req.header('content-type')
  const text = await c.req.text()
  if (text === '' && !isExpected) return undefined
  if (type === undefined || !JSON_TYPE.test(type)) {
    throw new AppError('media-type-unsupported', 'the body is not declared to be JSON')
  }
  return parseBody(text)
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AppError('input-invalid', 'the body is not JSON', { hint: 'Send one JSON object.' })
  }
}
