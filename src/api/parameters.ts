import { z } from '@hono/zod-openapi'
import { DEFAULT_LAYERS, LAYERS, type Layer } from '../model/comparison.ts'
import { durationToMs } from '../service/duration-ms.ts'
import type { PageRequest } from '../service/runs.ts'

const MAX_PAGE = 500
const DEFAULT_PAGE = 100
const MAX_WAIT_MS = 60_000

const CONTROL = /\p{Cc}/u

function text(max: number, description: string): z.ZodString {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !CONTROL.test(value), { error: 'holds control characters' })
    .meta({ description })
}

export const CLUSTER_NAME = text(253, 'Name or slug of a cluster, as GET /clusters lists them.')
export const ID = z
  .string()
  .regex(/^[\w-]{1,128}$/)
  .meta({ description: 'An id, as the list of its kind tells it.' })
export const KIND = text(253, 'A kind as kubectl names it: HelmRelease, hr, helmreleases.')
export const NAMESPACE = text(253, 'A Kubernetes namespace.')
export const DEFINITION = text(253, 'Id or name of a comparison definition.')
export const DEFINITION_NAME = text(253, 'Name of a comparison of the configuration.')
export const CHANNEL_NAME = text(63, 'Name of a channel of the configuration.')
export const OBJECT_NAME = text(253, 'The name of an object.')
export const SELECTOR = text(1000, 'A label selector as for kubectl -l.')
export const RESOURCE = text(800, 'One object: Kind/namespace/name.')
export const IGNORED_PATH = text(500, 'A path whose differences are not shown, as for --ignore.')
export const ROW_CURSOR = text(2000, 'What the page before gave as `continue`.')

/** A Go duration, given as milliseconds. */
export const MAX_AGE = z
  .string()
  .max(64)
  .meta({
    description: 'A Go duration such as 5m or 1h30m: snapshots that are older are taken anew.',
    examples: ['5m'],
  })
  .transform((value, context) => {
    const ms = durationToMs(value)
    if (ms !== null) return ms
    context.addIssue({ code: 'custom', message: 'is not a duration' })
    return z.NEVER
  })

export const WAIT = z
  .string()
  .max(64)
  .meta({
    description: 'How long to wait for new snapshots, a Go duration from 0s to 60s; then 202.',
    examples: ['30s'],
  })
  .default('30s')
  .transform((value, context) => {
    const ms = /^0s?$/.test(value) ? 0 : durationToMs(value)
    if (ms !== null && ms <= MAX_WAIT_MS) return ms
    context.addIssue({ code: 'custom', message: ms === null ? 'is not a duration' : 'is longer than 60s' })
    return z.NEVER
  })

export const FLAG = z.enum(['true', 'false']).transform((value) => value === 'true')

/** `all`, or names with commas between. */
export const LAYERS_TEXT = z
  .string()
  .max(200)
  .meta({ description: `all, or some of ${LAYERS.join(', ')}, with commas between.`, examples: ['presence,spec'] })
  .default(DEFAULT_LAYERS.join(','))
  .transform((value, context): readonly Layer[] => {
    if (value === 'all') return LAYERS
    const names = value.split(',').map((name) => name.trim())
    if (names.every(isLayer)) return [...new Set(names)]
    context.addIssue({ code: 'custom', message: 'names a layer that there is not' })
    return z.NEVER
  })

/** `key=value` with commas between. */
export const LABELS_TEXT = z
  .string()
  .max(2000)
  .meta({
    description: 'All clusters with these labels: key=value, with commas between.',
    examples: ['env=production'],
  })
  .transform((value, context): Readonly<Record<string, string>> => {
    const pairs = value.split(',').map((pair) => pair.split('='))
    if (pairs.every((pair) => pair.length === 2 && pair[0] !== ''))
      return Object.fromEntries(pairs) as Record<string, string>
    context.addIssue({ code: 'custom', message: 'is not key=value' })
    return z.NEVER
  })

export const PAGE = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_PAGE)
    .meta({ description: `How many items at most, 1 to ${MAX_PAGE}.`, examples: [100] })
    .default(DEFAULT_PAGE),
  continue: ROW_CURSOR.optional(),
}

export function pageOf(query: { readonly limit: number; readonly continue?: string | undefined }): PageRequest {
  return { limit: query.limit, cursor: query.continue ?? null }
}

export const NO_PARAMETERS = z.strictObject({})

function isLayer(name: string): name is Layer {
  return (LAYERS as readonly string[]).includes(name)
}
