import { z } from '@hono/zod-openapi'
import type { Service } from '../../service/service.ts'
import { COMPARE_BODY, queryOfBody } from '../compare-query.ts'
import { noteWork } from '../context.ts'
import { listDocument, runDocument } from '../documents.ts'
import { defineEndpoint, type Endpoint } from '../endpoint.ts'
import { json, JSON_ONLY } from '../json-answer.ts'
import { CLUSTER_NAME, ID, NO_PARAMETERS, PAGE, pageOf } from '../parameters.ts'
import { IDEMPOTENCY_HEADER, LOCATION, replayOf } from '../replay.ts'
import { RUN, RUN_LIST, RUN_PHASE } from '../schemas/work.ts'

const PARAMS = z.strictObject({ comparison: ID })
const COMMON = { tag: 'comparisons', types: JSON_ONLY } as const

/** Asking for comparisons, and how far they are. */
export function runEndpoints(service: Service, links: (path: string) => string): readonly Endpoint[] {
  return [requestComparison(service, links), listRuns(service), oneRun(service), cancelRun(service)]
}

function requestComparison(service: Service, links: (path: string) => string): Endpoint {
  return defineEndpoint({
    ...COMMON,
    method: 'post',
    path: '/comparisons',
    operation: 'requestComparison',
    summary: 'Compare clusters, from new snapshots unless told otherwise',
    scope: 'trigger',
    params: NO_PARAMETERS,
    query: NO_PARAMETERS,
    body: COMPARE_BODY,
    headers: IDEMPOTENCY_HEADER,
    answers: { 202: { ...json('The run; poll Location', RUN), headers: LOCATION } },
    problems: [
      'context-unknown',
      'same-side-twice',
      'not-found',
      'no-clusters',
      'idempotency-mismatch',
      'queue-full',
      'queue-unavailable',
    ],
    handle: async (c, { access, body }) => {
      const query = queryOfBody(body)
      noteWork(c, 'requestComparison', [query.baseline, ...query.targets])
      const run = await service.requestComparison(access, query, replayOf(c, query))
      c.set('created', run.id)
      return c.json(runDocument(run), 202, { Location: links(`/comparisons/${run.id}`), 'Retry-After': '1' })
    },
  })
}

function listRuns(service: Service): Endpoint {
  return defineEndpoint({
    ...COMMON,
    method: 'get',
    path: '/comparisons',
    operation: 'listComparisons',
    summary: 'Requested comparisons, newest first',
    scope: 'read',
    params: NO_PARAMETERS,
    query: z.strictObject({
      phase: RUN_PHASE.optional().meta({ description: 'Only runs in this phase.' }),
      cluster: CLUSTER_NAME.optional(),
      ...PAGE,
    }),
    body: null,
    answers: { 200: json('One page', RUN_LIST) },
    problems: ['context-unknown', 'not-found'],
    handle: async (c, { access, query }) => {
      const filter = { phase: query.phase ?? null, cluster: query.cluster ?? null }
      return c.json(listDocument('RunList', await service.listRuns(access, filter, pageOf(query)), runDocument))
    },
  })
}

function oneRun(service: Service): Endpoint {
  return defineEndpoint({
    ...COMMON,
    method: 'get',
    path: '/comparisons/{comparison}/run',
    operation: 'getRun',
    summary: 'What was asked, by whom, and how far it is',
    scope: 'read',
    params: PARAMS,
    query: NO_PARAMETERS,
    body: null,
    answers: { 200: json('The run', RUN) },
    problems: [],
    handle: async (c, { access, params }) => c.json(runDocument(await service.run(access, params.comparison))),
  })
}

function cancelRun(service: Service): Endpoint {
  return defineEndpoint({
    ...COMMON,
    method: 'post',
    path: '/comparisons/{comparison}/cancel',
    operation: 'cancelComparison',
    summary: 'Give up a run that is not finished',
    scope: 'trigger',
    params: PARAMS,
    query: NO_PARAMETERS,
    body: null,
    answers: { 200: json('The run', RUN) },
    problems: ['queue-unavailable'],
    handle: async (c, { access, params }) => {
      noteWork(c, 'cancelComparison', [params.comparison])
      const run = await service.cancelRun(access, params.comparison)
      c.set('created', run.id)
      return c.json(runDocument(run))
    },
  })
}
