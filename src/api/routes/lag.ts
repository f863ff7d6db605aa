import { z } from '@hono/zod-openapi'
import type { Service } from '../../service/service.ts'
import { documentOf } from '../documents.ts'
import { defineEndpoint, type Endpoint } from '../endpoint.ts'
import { json, JSON_ONLY } from '../json-answer.ts'
import { CLUSTER_NAME, DEFINITION_NAME, FLAG, NO_PARAMETERS } from '../parameters.ts'
import { PROMOTION_LAG } from '../schemas/lag.ts'

/** Which version is where: `GET /lag`. */
export function lagEndpoints(service: Service): readonly Endpoint[] {
  return [
    defineEndpoint({
      method: 'get',
      path: '/lag',
      operation: 'getPromotionLag',
      tag: 'drift',
      summary: 'Which version of each application is on which cluster, and since when the last one is behind',
      scope: 'read',
      params: NO_PARAMETERS,
      query: z.strictObject({
        comparison: DEFINITION_NAME.optional(),
        baseline: CLUSTER_NAME.optional(),
        target: z
          .array(CLUSTER_NAME)
          .max(1000)
          .default([])
          .meta({ description: 'May be given several times. Without any: all clusters.' }),
        all: FLAG.default(false).meta({ description: 'Also applications that are the same everywhere.' }),
      }),
      body: null,
      types: JSON_ONLY,
      answers: { 200: json('The lag from kept snapshots; no cluster is asked', PROMOTION_LAG) },
      problems: ['not-found'],
      handle: async (c, { access, query: { comparison = null, baseline = null, target, all } }) => {
        const lag = await service.promotionLag(access, { comparison, baseline, targets: target, all })
        return c.json(documentOf('PromotionLag', lag))
      },
    }),
  ]
}
