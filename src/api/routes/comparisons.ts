import { z } from '@hono/zod-openapi'
import { AppError } from '../../model/errors.ts'
import { LAYERS, SEVERITIES } from '../../model/comparison.ts'
import { OUTPUT_FORMATS } from '../../report/formats.ts'
import type { Access } from '../../service/access.ts'
import type { RunRecord } from '../../service/runs.ts'
import type { Service } from '../../service/service.ts'
import { hasScope } from '../access-control.ts'
import { renderedResponse } from '../answers.ts'
import { COMPARE_PARAMETERS, queryOfParameters } from '../compare-query.ts'
import { noteWork, type ApiContext } from '../context.ts'
import { listDocument, runDocument } from '../documents.ts'
import { defineEndpoint, type Answers, type Endpoint } from '../endpoint.ts'
import { contentTypeOf, formatOf, MEDIA_TYPES } from '../formats.ts'
import { json, JSON_ONLY } from '../json-answer.ts'
import { CLUSTER_NAME, ID, KIND, NAMESPACE, NO_PARAMETERS, OBJECT_NAME, PAGE, pageOf } from '../parameters.ts'
import { LOCATION } from '../replay.ts'
import { refuseForeignEmbeds, refuseForeignSites } from '../same-site.ts'
import { COMPARISON, DIFFERENCE_LIST } from '../schemas/comparison.ts'
import { RUN } from '../schemas/work.ts'

const PARAMS = z.strictObject({ comparison: ID })
const COMMON = { method: 'get', tag: 'comparisons', scope: 'read', body: null } as const
type Links = (path: string) => string

/** The results, in every output format. */
export function comparisonEndpoints(service: Service, links: Links): readonly Endpoint[] {
  return [oneComparison(service, links), listDifferences(service), compareNow(service, links)]
}

function oneComparison(service: Service, links: Links): Endpoint {
  return defineEndpoint({
    ...COMMON,
    path: '/comparisons/{comparison}',
    operation: 'getComparison',
    summary: 'The comparison in any output format; the run while it is not done',
    params: PARAMS,
    query: z.strictObject({ format: z.enum(OUTPUT_FORMATS).optional().meta({ description: 'Instead of Accept.' }) }),
    types: null,
    answers: RENDERED_ANSWERS,
    problems: ['not-finished'],
    handle: async (c, { access, params, query }) => {
      const format = formatOf(c, query.format)
      const id = params.comparison
      try {
        return renderedResponse(c, await service.renderComparison(access, id, format), contentTypeOf(format))
      } catch (thrown) {
        if (format !== 'json') throw thrown
        const run = await service.run(access, id)
        if (run.phase === 'done') throw thrown
        return runResponse(c, run, links)
      }
    },
  })
}

function listDifferences(service: Service): Endpoint {
  return defineEndpoint({
    ...COMMON,
    path: '/comparisons/{comparison}/differences',
    operation: 'listDifferences',
    summary: 'The differences one by one, with filters',
    params: PARAMS,
    query: z.strictObject({
      severity: z.enum(SEVERITIES).optional().meta({ description: 'Only this severity.' }),
      layer: z.enum(LAYERS).optional().meta({ description: 'Only this layer.' }),
      kind: KIND.optional(),
      namespace: NAMESPACE.optional(),
      name: OBJECT_NAME.optional(),
      cluster: CLUSTER_NAME.optional(),
      ...PAGE,
    }),
    types: JSON_ONLY,
    answers: { 200: json('One page', DIFFERENCE_LIST) },
    problems: ['not-finished'],
    handle: async (c, { access, params, query }) => {
      const filter = {
        severity: query.severity ?? null,
        layer: query.layer ?? null,
        kind: query.kind ?? null,
        namespace: query.namespace ?? null,
        name: query.name ?? null,
        cluster: query.cluster ?? null,
      }
      const page = await service.differences(access, params.comparison, filter, pageOf(query))
      return c.json(listDocument('DifferenceList', page, (item) => item))
    },
  })
}

function compareNow(service: Service, links: Links): Endpoint {
  return defineEndpoint({
    ...COMMON,
    path: '/compare',
    operation: 'compare',
    summary: 'Compare the newest snapshots now; with maxAge or fresh, take new ones first',
    params: NO_PARAMETERS,
    query: COMPARE_PARAMETERS,
    types: null,
    answers: RENDERED_ANSWERS,
    problems: ['context-unknown', 'same-side-twice', 'not-found', 'no-clusters', 'queue-full', 'queue-unavailable'],
    handle: async (c, { access, query }) => {
      const format = formatOf(c, query.format)
      const asked = queryOfParameters(query)
      const sides = [asked.baseline, ...asked.targets]
      if (asked.age !== null) noteWork(c, 'compare', sides)
      if (asked.age === null) refuseForeignEmbeds(c)
      else refuseForeignSites(c)
      if (asked.age === 'fresh' && !hasScope(access, 'trigger')) throw readOnly(access)
      const result = await service.compare(access, asked, format, query.wait)
      const made = 'run' in result ? result.run.id : result.made
      if (made !== null) noteWork(c, 'compare', sides, made)
      if ('run' in result) return runResponse(c, result.run, links)
      return renderedResponse(c, result.rendered, contentTypeOf(format))
    },
  })
}

function readOnly({ scope }: Access): AppError {
  return new AppError('forbidden', `taking snapshots needs the scope trigger, and the token has ${scope}`, {
    hint: 'Leave out fresh to compare what is kept, or use another token.',
  })
}

/** A run in the place of its comparison: 202 while it is under way, 200 where there will be none (failed, cancelled). */
function runResponse(c: ApiContext, run: RunRecord, links: Links): Response {
  const isUnderWay = run.finishedAt === null
  const headers = isUnderWay ? { Location: links(`/comparisons/${run.id}`), 'Retry-After': '1' } : {}
  return c.json(runDocument(run), isUnderWay ? 202 : 200, headers)
}

const TEXT = z.string()

const RENDERED_ANSWERS: Answers = {
  200: {
    description: 'The comparison; a run that failed or was cancelled as such (`kind: Run`)',
    content: {
      'application/json': { schema: z.union([COMPARISON, RUN]) },
      ...Object.fromEntries(
        MEDIA_TYPES.filter((type) => type !== 'application/json').map((type) => [type, { schema: TEXT }]),
      ),
    },
  },
  202: { ...json('The run is under way; ask Location again', RUN), headers: LOCATION },
  304: { description: 'The caller has it already' },
}
