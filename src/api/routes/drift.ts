import { z } from '@hono/zod-openapi'
import { SEVERITIES } from '../../model/comparison.ts'
import { DRIFT_STATES, type DriftState } from '../../service/ledger/ledger.ts'
import type { DriftNoting, Service } from '../../service/service.ts'
import type { Access } from '../../service/access.ts'
import { noteWork, type ApiContext } from '../context.ts'
import { driftDocument, driftViewDocument, listDocument } from '../documents.ts'
import { defineEndpoint, type Endpoint } from '../endpoint.ts'
import { json, JSON_ONLY } from '../json-answer.ts'
import { CLUSTER_NAME, DEFINITION, ID, KIND, NAMESPACE, NO_PARAMETERS, PAGE, pageOf } from '../parameters.ts'
import { ACKNOWLEDGE_BODY, DRIFT_LIST, DRIFT_VIEW, MUTE_BODY } from '../schemas/drift.ts'

const PARAMS = z.strictObject({ drift: ID })
const COMMON = { tag: 'drift', types: JSON_ONLY } as const
const NOTE = {
  ...COMMON,
  method: 'post',
  scope: 'trigger',
  params: PARAMS,
  query: NO_PARAMETERS,
  answers: { 200: json('The entry', DRIFT_VIEW) },
  problems: [],
} as const

/** The drift ledger: what differs since when, and what people say of it. */
export function driftEndpoints(service: Service): readonly Endpoint[] {
  return [
    listDrift(service),
    oneDrift(service),
    acknowledge(service),
    takeBack(service, { path: 'unack', operation: 'unacknowledgeDrift', noting: { do: 'unacknowledge' } }),
    mute(service),
    takeBack(service, { path: 'unmute', operation: 'unmuteDrift', noting: { do: 'unmute' } }),
  ]
}

function listDrift(service: Service): Endpoint {
  return defineEndpoint({
    ...COMMON,
    method: 'get',
    path: '/drift',
    operation: 'listDrift',
    summary: 'Differences and findings over time, newest first; without state, those that are not resolved',
    scope: 'read',
    params: NO_PARAMETERS,
    query: z.strictObject({
      state: z
        .enum([...DRIFT_STATES, 'all'])
        .optional()
        .meta({ description: 'Only this state, or `all`.' }),
      severity: z.enum(SEVERITIES).optional().meta({ description: 'Only this severity.' }),
      kind: KIND.optional(),
      namespace: NAMESPACE.optional(),
      cluster: CLUSTER_NAME.optional(),
      definition: DEFINITION.optional(),
      ...PAGE,
    }),
    body: null,
    answers: { 200: json('One page', DRIFT_LIST) },
    problems: ['not-found'],
    handle: async (c, { access, query }) => {
      const filter = {
        states: statesOf(query.state),
        severity: query.severity ?? null,
        kind: query.kind ?? null,
        namespace: query.namespace ?? null,
        cluster: query.cluster ?? null,
        definition: query.definition ?? null,
      }
      return c.json(listDocument('DriftList', await service.listDrift(access, filter, pageOf(query)), driftDocument))
    },
  })
}

function statesOf(state: DriftState | 'all' | undefined): readonly DriftState[] {
  if (state === 'all') return []
  return state === undefined ? ['open', 'settling'] : [state]
}

function oneDrift(service: Service): Endpoint {
  return defineEndpoint({
    ...COMMON,
    method: 'get',
    path: '/drift/{drift}',
    operation: 'getDrift',
    summary: 'One of them with its timeline: since when, with which revisions, who said what',
    scope: 'read',
    params: PARAMS,
    query: NO_PARAMETERS,
    body: null,
    answers: { 200: json('The entry', DRIFT_VIEW) },
    problems: [],
    handle: async (c, { access, params }) => c.json(driftViewDocument(await service.drift(access, params.drift))),
  })
}

function acknowledge(service: Service): Endpoint {
  return defineEndpoint({
    ...NOTE,
    path: '/drift/{drift}/ack',
    operation: 'acknowledgeDrift',
    summary: 'Say that it is known, and why; ends when it becomes worse or comes back',
    body: ACKNOWLEDGE_BODY,
    handle: (c, { access, params, body }) =>
      note(service, c, { access, drift: params.drift, noting: { do: 'acknowledge', ...body } }),
  })
}

function mute(service: Service): Endpoint {
  return defineEndpoint({
    ...NOTE,
    path: '/drift/{drift}/mute',
    operation: 'muteDrift',
    summary: 'Do not tell of it until then, whatever becomes of it',
    body: MUTE_BODY,
    handle: (c, { access, params, body: { until, reason } }) => {
      const noting = { do: 'mute', until: new Date(until).toISOString(), reason } as const
      return note(service, c, { access, drift: params.drift, noting })
    },
  })
}

type TakeBack = { readonly path: string; readonly operation: string; readonly noting: DriftNoting }

function takeBack(service: Service, { path, operation, noting }: TakeBack): Endpoint {
  return defineEndpoint({
    ...NOTE,
    path: `/drift/{drift}/${path}`,
    operation,
    summary: 'Take that back',
    body: null,
    handle: (c, { access, params }) => note(service, c, { access, drift: params.drift, noting }),
  })
}

type Note = { readonly access: Access; readonly drift: string; readonly noting: DriftNoting }

async function note(service: Service, c: ApiContext, { access, drift, noting }: Note): Promise<Response> {
  noteWork(c, `${noting.do}Drift`, [drift])
  return c.json(driftViewDocument(await service.noteDrift(access, drift, noting)))
}
