import type { z } from '@hono/zod-openapi'
import type { InputFault } from './problem.ts'

type Place = InputFault['in']
type Issue = z.core.$ZodIssue

/** What a schema objects to, each with the name of the parameter or the pointer into the body, and what to write instead. */
export function faultsOf(place: Place, schema: z.ZodType, issues: readonly Issue[]): readonly InputFault[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownKey(place, schema, [...issue.path, key]))
      : [{ in: place, ...whereOf(place, issue.path), message: messageOf(place, issue), hint: hintOf(schema, issue) }],
  )
}

function unknownKey(place: Place, schema: z.ZodType, path: readonly PropertyKey[]): InputFault {
  const known = path.length === 1 ? Object.keys(shapeOf(schema)) : []
  const noun = place === 'body' ? 'field' : 'parameter'
  const hint = known.length === 0 ? `Leave it out; this call has no ${noun}s there.` : `Known: ${known.join(', ')}`
  return { in: place, ...whereOf(place, path), message: `unknown ${noun} ${shorten(String(path.at(-1)))}`, hint }
}

function whereOf(place: Place, path: readonly PropertyKey[]): { parameter?: string; pointer?: string } {
  if (place !== 'body') return { parameter: shorten(String(path[0] ?? '')) }
  const steps = path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
  return { pointer: shorten(steps.join('')) }
}

/** Never the value itself: it may be a secret in the wrong place. */
function messageOf(place: Place, issue: Issue): string {
  if (issue.code === 'custom') return issue.message
  if (issue.code === 'too_big') return `is larger than ${String(issue.maximum)}`
  if (issue.code === 'too_small') return `is smaller than ${String(issue.minimum)}`
  if (issue.code === 'invalid_value') return 'is not one of the values allowed'
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'is missing'
  if (issue.code === 'invalid_type' && place === 'query' && Array.isArray(issue.input)) return 'is given more than once'
  if (issue.code === 'invalid_type') return `is no ${issue.expected}`
  return 'has not the form expected'
}

function hintOf(schema: z.ZodType, issue: Issue): string {
  if (issue.code === 'invalid_value') return `Allowed: ${issue.values.map(String).join(', ')}`
  const description = descriptionOf(shapeOf(schema)[String(issue.path[0])])
  return description ?? 'See this call in /docs or /openapi.json.'
}

function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> {
  const inner = unwrap(schema)
  return 'shape' in inner ? (inner.shape as Record<string, z.ZodType>) : {}
}

/** The schema inside of `optional`, `default` and `transform`. */
export function unwrap(schema: z.ZodType): z.ZodType {
  const { def } = schema as unknown as { def: { innerType?: z.ZodType; in?: z.ZodType } }
  const inner = def.innerType ?? def.in
  return inner === undefined ? schema : unwrap(inner)
}

function descriptionOf(schema: z.ZodType | undefined): string | undefined {
  for (let here = schema; here !== undefined;) {
    const description = here.meta()?.description
    if (description !== undefined) return description
    const { def } = here as unknown as { def: { innerType?: z.ZodType; in?: z.ZodType } }
    here = def.innerType ?? def.in
  }
  return undefined
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
