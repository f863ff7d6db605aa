import { z } from '@hono/zod-openapi'
import { DEFAULT_LAYERS, LAYERS } from '../model/comparison.ts'
import type { CompareQuery } from '../service/service.ts'
import * as p from './parameters.ts'
import { OUTPUT_FORMATS } from '../report/formats.ts'

const MAX_NAMES = 1000

/** What POST /comparisons takes. */
export const COMPARE_BODY = z
  .strictObject({
    baseline: p.CLUSTER_NAME.nullish().meta({ description: 'Name or slug; left out: the most common variant.' }),
    targets: z.array(p.CLUSTER_NAME).max(MAX_NAMES).default([]).meta({ description: 'Names or slugs of clusters.' }),
    labels: z
      .record(z.string().max(317), z.string().max(63))
      .nullish()
      .meta({ description: 'All clusters with these labels, beside the targets.' }),
    fresh: z.boolean().optional().meta({ description: 'Take new snapshots. True unless maxAge is given.' }),
    maxAge: p.MAX_AGE.optional(),
    kinds: z.array(p.KIND).max(100).nullish().meta({ description: 'Only these kinds, as kubectl names them.' }),
    namespaces: z.array(p.NAMESPACE).max(MAX_NAMES).nullish().meta({ description: 'Only these namespaces.' }),
    selector: p.SELECTOR.nullish(),
    resource: p.RESOURCE.nullish(),
    layers: z
      .union([z.literal('all'), z.array(z.enum(LAYERS)).min(1)])
      .default([...DEFAULT_LAYERS])
      .meta({ description: `"all", or some of ${LAYERS.join(', ')}.` }),
    ignore: z
      .array(p.IGNORED_PATH)
      .max(200)
      .default([])
      .meta({ description: 'Paths whose differences are not shown.' }),
    explain: z.boolean().default(false).meta({ description: 'Tell also what was judged equivalent, and why.' }),
  })
  .refine((body) => !(body.fresh === true && body.maxAge !== undefined), {
    error: 'fresh and maxAge exclude each other',
    path: ['maxAge'],
  })
  .meta({ examples: [{ baseline: 'staging', targets: ['production'] }] })
  .openapi('CompareRequest')

/** What GET /compare takes. */
export const COMPARE_PARAMETERS = z
  .strictObject({
    baseline: p.CLUSTER_NAME.optional(),
    target: z.array(p.CLUSTER_NAME).max(MAX_NAMES).default([]).meta({ description: 'May be given several times.' }),
    labels: p.LABELS_TEXT.optional(),
    fresh: p.FLAG.optional().meta({ description: 'true: take new snapshots first.' }),
    maxAge: p.MAX_AGE.optional(),
    wait: p.WAIT,
    kind: z.array(p.KIND).max(100).optional().meta({ description: 'May be given several times.' }),
    namespace: z.array(p.NAMESPACE).max(MAX_NAMES).optional().meta({ description: 'May be given several times.' }),
    selector: p.SELECTOR.optional(),
    resource: p.RESOURCE.optional(),
    layers: p.LAYERS_TEXT,
    ignore: z.array(p.IGNORED_PATH).max(200).default([]).meta({ description: 'May be given several times.' }),
    explain: p.FLAG.optional().meta({ description: 'true: tell also what was judged equivalent.' }),
    format: z.enum(OUTPUT_FORMATS).optional().meta({ description: 'Instead of Accept.' }),
  })
  .refine((query) => !(query.fresh === true && query.maxAge !== undefined), {
    error: 'fresh and maxAge exclude each other',
    path: ['maxAge'],
  })

/** New snapshots unless the caller says otherwise: who posts wants to know how it is now. */
export function queryOfBody(body: z.output<typeof COMPARE_BODY>): CompareQuery {
  const { baseline, labels, kinds, namespaces, selector, resource, layers, fresh, maxAge, ...rest } = body
  return {
    targets: rest.targets,
    ignore: rest.ignore,
    explain: rest.explain,
    baseline: baseline ?? null,
    labels: labels ?? null,
    age: maxAge ?? (fresh === false ? null : 'fresh'),
    kinds: kinds ?? null,
    namespaces: namespaces ?? null,
    selector: selector ?? null,
    resource: resource ?? null,
    layers: layers === 'all' ? LAYERS : layers,
  }
}

/** What is kept, unless the caller asks for newer: who gets wants an answer now. */
export function queryOfParameters(query: z.output<typeof COMPARE_PARAMETERS>): CompareQuery {
  return {
    baseline: query.baseline ?? null,
    targets: query.target,
    labels: query.labels ?? null,
    age: query.maxAge ?? (query.fresh === true ? 'fresh' : null),
    kinds: query.kind ?? null,
    namespaces: query.namespace ?? null,
    selector: query.selector ?? null,
    resource: query.resource ?? null,
    layers: query.layers,
    ignore: query.ignore,
    explain: query.explain === true,
  }
}
