import { z } from '@hono/zod-openapi'
import type { Service } from '../../service/service.ts'
import { documentOf } from '../documents.ts'
import { defineEndpoint, type Endpoint } from '../endpoint.ts'
import { json, JSON_ONLY } from '../json-answer.ts'
import { CLUSTER_NAME, KIND, NAMESPACE, OBJECT_NAME } from '../parameters.ts'
import { OBJECT_ACROSS } from '../schemas/snapshot.ts'

export function objectEndpoints(service: Service): readonly Endpoint[] {
  return [
    defineEndpoint({
      method: 'get',
      path: '/objects/{kind}/{namespace}/{name}',
      operation: 'getObjectVariants',
      tag: 'objects',
      summary: 'One object over the clusters: where it is, and which are alike',
      scope: 'read',
      params: z.strictObject({ kind: KIND, namespace: NAMESPACE, name: OBJECT_NAME }),
      query: z.strictObject({
        cluster: z.array(CLUSTER_NAME).max(1000).optional().meta({ description: 'May be given several times.' }),
      }),
      body: null,
      types: JSON_ONLY,
      answers: { 200: json('Its variants, the most common first', OBJECT_ACROSS) },
      problems: ['context-unknown'],
      handle: async (c, { access, params, query }) =>
        c.json(documentOf('ObjectVariants', await service.objectAcross(access, params, query.cluster ?? null))),
    }),
  ]
}
