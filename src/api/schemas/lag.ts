import { z } from '@hono/zod-openapi'
import type { ApplicationLag } from '../../service/promotion/promotion-lag.ts'
import type { LagCluster } from '../../service/promotion/lag-view.ts'
import { API_VERSION, ERROR_CODE, NAME, orNull, REF, TIME } from './common.ts'

const SINCE = {
  since: TIME.meta({ description: 'When the first snapshot that shows it was taken' }),
  after: TIME.nullable().meta({
    description: 'When the last one was taken that shows otherwise; null: it may be older',
  }),
}

const BEHIND = z.object(SINCE).openapi('BehindSince')

const APPLICATION: z.ZodType<ApplicationLag> = z
  .object({
    ref: REF,
    clusters: z.array(
      z.object({
        cluster: NAME,
        ref: REF.meta({ description: 'What it is called there' }),
        version: z
          .string()
          .nullable()
          .meta({ examples: ['1.4.2'] }),
        revision: z
          .string()
          .nullable()
          .meta({ examples: ['main@sha1:6c5a2d5c8c2b2cf32d0c1ef9f37d5e2b5a1f0c3e'] }),
        ...SINCE,
        attempted: z.string().nullable().meta({ description: 'What Flux tried last, where that is not applied' }),
        position: z
          .enum(['leads', 'behind', 'differs'])
          .meta({ description: '`differs`: nobody can say which cluster leads' }),
        ahead: z.boolean().meta({ description: 'Whether it has more than the baseline' }),
        behind: orNull(BEHIND),
      }),
    ),
    behind: orNull(BEHIND).meta({ description: 'Since when the last cluster is behind; null: none is' }),
  })
  .openapi('ApplicationLag')

const CLUSTER: z.ZodType<LagCluster> = z
  .object({
    name: NAME,
    takenAt: TIME.nullable().meta({ description: 'Of the newest snapshot that could be read' }),
    error: orNull(ERROR_CODE).meta({ description: 'Why the newest try failed' }),
  })
  .openapi('LagCluster')

export const PROMOTION_LAG: z.ZodType = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('PromotionLag'),
    at: TIME,
    baseline: NAME.nullable(),
    clusters: z.array(CLUSTER),
    applications: z.array(APPLICATION).meta({ description: 'The longest behind first' }),
    level: z.int().meta({ description: 'How many are the same on all clusters that have them' }),
  })
  .meta({ description: 'Which version of each application is where: docs/drift.md' })
  .openapi('PromotionLag')
