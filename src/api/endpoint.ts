import type { OpenAPIHono, RouteConfig, z } from '@hono/zod-openapi'
import { AppError, type ErrorCode } from '../model/errors.ts'
import type { Access, AccessScope } from '../service/access.ts'
import { hasScope } from './access-control.ts'
import { noteWork, type ApiContext, type ApiEnv } from './context.ts'
import { acceptedOf } from './formats.ts'
import { describeProblems } from './problem-answers.ts'
import { problemResponse } from './problem.ts'
import { refuseForeignSites } from './same-site.ts'
import { readInput, type InputSchemas, type ReadInput } from './read-input.ts'

export type Answers = RouteConfig['responses']

type Definition<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = InputSchemas<P, Q, B> & {
  readonly method: 'get' | 'post'
  /** Below /api/v1: `/jobs/{job}`. */
  readonly path: string
  readonly operation: string
  readonly tag: string
  readonly summary: string
  readonly scope: AccessScope
  readonly answers: Answers
  /** Beside those that any call can have. */
  readonly problems: readonly ErrorCode[]
  readonly headers?: z.ZodObject
  /** Content types of the answer, the usual one first; null: the handler looks at Accept itself. */
  readonly types: readonly string[] | null
  readonly handle: (
    c: ApiContext,
    input: ReadInput<z.output<P>, z.output<Q>, z.output<B>> & { readonly access: Access },
  ) => Promise<Response>
}

/** One call of the API: what it takes, what it answers, and how. The same schemas check the input and are told in /openapi.json. */
export type Endpoint = Omit<Definition<z.ZodType, z.ZodType, z.ZodType>, 'handle'> & {
  readonly run: (c: ApiContext, access: Access) => Promise<Response>
}

export function defineEndpoint<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  definition: Definition<P, Q, B>,
): Endpoint {
  const { handle, ...rest } = definition
  return {
    ...rest,
    run: async (c, access) => {
      const input = await readInput(c, definition)
      if (!('faults' in input)) return handle(c, { ...input, access })
      const { faults } = input
      const first = faults[0]!
      const where = first.parameter ?? first.pointer ?? ''
      const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
      const detail = `${`${first.in} ${where}`.trim()}: ${first.message}${more}`
      return problemResponse(c, new AppError('input-invalid', detail, { hint: first.hint }), { errors: faults })
    },
  }
}

/** Puts the call under `base` and into the OpenAPI document. */
export function mountEndpoint(app: OpenAPIHono<ApiEnv>, base: string, endpoint: Endpoint): void {
  const { method, path, scope, types, operation } = endpoint
  app.openAPIRegistry.registerPath({ ...describe(endpoint), path: `/api/v1${path}` })
  const pattern = `${base}/api/v1${path}`
  app.on(method.toUpperCase(), toHonoPath(pattern), async (c) => {
    c.set('route', `/api/v1${path}`)
    const access = c.get('access')
    if (scope !== 'read') noteWork(c, operation, [])
    if (access === undefined) throw new AppError('unauthenticated', 'the request was not authenticated')
    if (!hasScope(access, scope)) {
      throw new AppError('forbidden', `this call needs the scope ${scope}, and the token has ${access.scope}`)
    }
    if (scope !== 'read') refuseForeignSites(c)
    if (types !== null) acceptedOf(c, types)
    return endpoint.run(c, access)
  })
}

/** `{name}` as Hono writes it. */
export function toHonoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

function describe({ method, operation, tag, summary, scope, ...rest }: Endpoint): Omit<RouteConfig, 'path'> {
  const { params, query, body, headers, answers, problems } = rest
  const isWork = scope !== 'read'
  return {
    method,
    operationId: operation,
    tags: [tag],
    summary,
    description: `Needs the scope \`${scope}\`.`,
    security: [{ bearer: [] }],
    request: {
      params: params as z.ZodObject,
      query: query as z.ZodObject,
      ...(headers === undefined ? {} : { headers }),
      ...(body === null ? {} : { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    responses: { ...answers, ...describeProblems([...problems, ...commonProblems(rest, isWork)]) },
  }
}

function commonProblems({ params, body }: Pick<Endpoint, 'params' | 'body'>, isWork: boolean): readonly ErrorCode[] {
  const hasParameters = Object.keys((params as z.ZodObject).shape).length > 0
  return [
    'input-invalid',
    'unauthenticated',
    'forbidden',
    ...(hasParameters ? (['not-found'] as const) : []),
    'method-not-allowed',
    'not-acceptable',
    ...(body !== null || isWork ? (['body-too-large', 'media-type-unsupported'] as const) : []),
    'host-refused',
    'rate-limited',
    'internal',
    'history-unavailable',
  ]
}
