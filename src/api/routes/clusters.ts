import { z } from '@hono/zod-openapi'
import type { Service } from '../../service/service.ts'
import { noteWork } from '../context.ts'
import { documentOf, jobDocument, listDocument } from '../documents.ts'
import { defineEndpoint, type Endpoint } from '../endpoint.ts'
import { json, JSON_ONLY } from '../json-answer.ts'
import { NO_PARAMETERS, CLUSTER_NAME } from '../parameters.ts'
import { IDEMPOTENCY_HEADER, LOCATION, replayOf } from '../replay.ts'
import { ACCEPTED_JOB, CLUSTER, CLUSTER_LIST } from '../schemas/work.ts'

const PARAMS = z.strictObject({ cluster: CLUSTER_NAME })

export function clusterEndpoints(service: Service, links: (path: string) => string): readonly Endpoint[] {
  return [listClusters(service), oneCluster(service), takeSnapshot(service, links)]
}

function listClusters(service: Service): Endpoint {
  return defineEndpoint({
    method: 'get',
    path: '/clusters',
    operation: 'listClusters',
    tag: 'clusters',
    summary: 'The clusters that the caller may see, with what is known of them',
    scope: 'read',
    params: NO_PARAMETERS,
    query: NO_PARAMETERS,
    body: null,
    types: JSON_ONLY,
    answers: { 200: json('The clusters', CLUSTER_LIST) },
    problems: ['no-clusters'],
    handle: async (c, { access }) => {
      const items = await service.listClusters(access)
      return c.json(listDocument('ClusterList', { items, next: null }, (item) => documentOf('Cluster', item)))
    },
  })
}

function oneCluster(service: Service): Endpoint {
  return defineEndpoint({
    method: 'get',
    path: '/clusters/{cluster}',
    operation: 'getCluster',
    tag: 'clusters',
    summary: 'One cluster: reachable, versions, coverage, last snapshot',
    scope: 'read',
    params: PARAMS,
    query: NO_PARAMETERS,
    body: null,
    types: JSON_ONLY,
    answers: { 200: json('The cluster', CLUSTER) },
    problems: ['context-unknown'],
    handle: async (c, { access, params }) =>
      c.json(documentOf('Cluster', await service.cluster(access, params.cluster))),
  })
}

function takeSnapshot(service: Service, links: (path: string) => string): Endpoint {
  return defineEndpoint({
    method: 'post',
    path: '/clusters/{cluster}/snapshots',
    operation: 'takeSnapshot',
    tag: 'clusters',
    summary: 'Take a snapshot of a cluster, or join the one that is under way',
    scope: 'trigger',
    params: PARAMS,
    query: NO_PARAMETERS,
    body: null,
    headers: IDEMPOTENCY_HEADER,
    types: JSON_ONLY,
    answers: { 202: { ...json('The job; poll Location', ACCEPTED_JOB), headers: LOCATION } },
    problems: ['context-unknown', 'idempotency-mismatch', 'queue-full', 'queue-unavailable'],
    handle: async (c, { access, params }) => {
      noteWork(c, 'takeSnapshot', [params.cluster])
      const { job, joined } = await service.requestSnapshot(access, params.cluster, replayOf(c, null))
      c.set('created', job.id)
      return c.json({ ...jobDocument(job), joined }, 202, { Location: links(`/jobs/${job.id}`) })
    },
  })
}
