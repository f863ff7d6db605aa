import { z } from '@hono/zod-openapi'
import type { Service } from '../../service/service.ts'
import { jobDocument, listDocument } from '../documents.ts'
import { defineEndpoint, type Endpoint } from '../endpoint.ts'
import { streamJob, type StreamGate } from '../job-stream.ts'
import { json, JSON_ONLY } from '../json-answer.ts'
import { CLUSTER_NAME, ID, NO_PARAMETERS, PAGE, pageOf } from '../parameters.ts'
import { JOB, JOB_LIST, JOB_PHASE } from '../schemas/work.ts'

const PARAMS = z.strictObject({ job: ID })
const COMMON = { method: 'get', tag: 'jobs', scope: 'read', body: null } as const

export function jobEndpoints(service: Service, gate: StreamGate): readonly Endpoint[] {
  return [listJobs(service), oneJob(service), jobEvents(service, gate)]
}

function listJobs(service: Service): Endpoint {
  return defineEndpoint({
    ...COMMON,
    path: '/jobs',
    operation: 'listJobs',
    summary: 'Snapshot jobs, newest first',
    params: NO_PARAMETERS,
    query: z.strictObject({
      cluster: CLUSTER_NAME.optional(),
      phase: JOB_PHASE.optional().meta({ description: 'Only jobs in this phase.' }),
      ...PAGE,
    }),
    types: JSON_ONLY,
    answers: { 200: json('One page', JOB_LIST) },
    problems: ['context-unknown', 'not-found'],
    handle: async (c, { access, query }) => {
      const filter = { cluster: query.cluster ?? null, phase: query.phase ?? null }
      return c.json(listDocument('SnapshotJobList', await service.listJobs(access, filter, pageOf(query)), jobDocument))
    },
  })
}

function oneJob(service: Service): Endpoint {
  return defineEndpoint({
    ...COMMON,
    path: '/jobs/{job}',
    operation: 'getJob',
    summary: 'One snapshot job and how far it is',
    params: PARAMS,
    query: NO_PARAMETERS,
    types: JSON_ONLY,
    answers: { 200: json('The job', JOB) },
    problems: [],
    handle: async (c, { access, params }) => c.json(jobDocument(await service.job(access, params.job))),
  })
}

function jobEvents(service: Service, gate: StreamGate): Endpoint {
  return defineEndpoint({
    ...COMMON,
    path: '/jobs/{job}/events',
    operation: 'watchJob',
    summary: 'The job as server-sent events: `progress` until `done` or `error`, which ends the stream',
    params: PARAMS,
    query: NO_PARAMETERS,
    types: ['text/event-stream'],
    answers: {
      200: {
        description: 'Events whose data is the job as JSON',
        content: { 'text/event-stream': { schema: z.string() } },
      },
      204: { description: 'Last-Event-ID was the last event: there is nothing more' },
    },
    problems: ['interrupted'],
    handle: async (c, { access, params }) =>
      streamJob(c, gate, access.caller, (signal) => service.watchJob(access, params.job, signal)),
  })
}
