import { z } from '@hono/zod-openapi'
import type { Service } from '../../service/service.ts'
import { renderedResponse } from '../answers.ts'
import { documentOf, listDocument } from '../documents.ts'
import { defineEndpoint, type Endpoint } from '../endpoint.ts'
import { json, JSON_ONLY } from '../json-answer.ts'
import { CLUSTER_NAME, ID, KIND, NAMESPACE, NO_PARAMETERS, OBJECT_NAME, PAGE, pageOf } from '../parameters.ts'
import { OBJECT_LIST, OBJECT_VIEW, SNAPSHOT_DOCUMENT, SNAPSHOT_LIST, SNAPSHOT_VIEW } from '../schemas/snapshot.ts'

const PARAMS = z.strictObject({ snapshot: ID })

/** What every call here has in common. */
const READ = { method: 'get', tag: 'snapshots', scope: 'read', body: null, types: JSON_ONLY, problems: [] } as const

export function snapshotEndpoints(service: Service): readonly Endpoint[] {
  return [
    listSnapshots(service),
    oneSnapshot(service),
    listObjects(service),
    oneObject(service),
    exportSnapshot(service),
  ]
}

function listSnapshots(service: Service): Endpoint {
  return defineEndpoint({
    ...READ,
    path: '/snapshots',
    operation: 'listSnapshots',
    summary: 'What is kept, newest first',
    params: NO_PARAMETERS,
    query: z.strictObject({ cluster: CLUSTER_NAME.optional(), ...PAGE }),
    answers: { 200: json('One page', SNAPSHOT_LIST) },
    problems: ['context-unknown', 'not-found'],
    handle: async (c, { access, query }) => {
      const page = await service.listSnapshots(access, { cluster: query.cluster ?? null }, pageOf(query))
      return c.json(listDocument('SnapshotList', page, (item) => item))
    },
  })
}

function oneSnapshot(service: Service): Endpoint {
  return defineEndpoint({
    ...READ,
    path: '/snapshots/{snapshot}',
    operation: 'getSnapshot',
    summary: 'One snapshot without its objects',
    params: PARAMS,
    query: NO_PARAMETERS,
    answers: { 200: json('The snapshot', SNAPSHOT_VIEW) },
    handle: async (c, { access, params }) =>
      c.json(documentOf('SnapshotInfo', await service.snapshot(access, params.snapshot))),
  })
}

function listObjects(service: Service): Endpoint {
  return defineEndpoint({
    ...READ,
    path: '/snapshots/{snapshot}/objects',
    operation: 'listSnapshotObjects',
    summary: 'The objects of a snapshot, without their bodies',
    params: PARAMS,
    query: z.strictObject({ kind: KIND.optional(), namespace: NAMESPACE.optional(), ...PAGE }),
    answers: { 200: json('One page', OBJECT_LIST) },
    handle: async (c, { access, params, query }) => {
      const filter = { kind: query.kind ?? null, namespace: query.namespace ?? null }
      const page = await service.snapshotObjects(access, params.snapshot, filter, pageOf(query))
      return c.json(listDocument('ObjectList', page, (item) => item))
    },
  })
}

function oneObject(service: Service): Endpoint {
  return defineEndpoint({
    ...READ,
    path: '/snapshots/{snapshot}/objects/{kind}/{namespace}/{name}',
    operation: 'getSnapshotObject',
    summary: 'One object of a snapshot, masked',
    params: z.strictObject({ snapshot: ID, kind: KIND, namespace: NAMESPACE, name: OBJECT_NAME }),
    query: NO_PARAMETERS,
    answers: { 200: json('The object', OBJECT_VIEW) },
    handle: async (c, { access, params: { snapshot, ...object } }) =>
      c.json(documentOf('Object', await service.snapshotObject(access, snapshot, object))),
  })
}

function exportSnapshot(service: Service): Endpoint {
  return defineEndpoint({
    ...READ,
    path: '/snapshots/{snapshot}/export',
    operation: 'exportSnapshot',
    summary: 'The whole snapshot, masked, as `snapshot -o json` prints it',
    params: PARAMS,
    query: NO_PARAMETERS,
    answers: { 200: json('The snapshot', SNAPSHOT_DOCUMENT), 304: { description: 'The caller has it already' } },
    handle: async (c, { access, params }) =>
      renderedResponse(c, await service.exportSnapshot(access, params.snapshot), 'application/json'),
  })
}
