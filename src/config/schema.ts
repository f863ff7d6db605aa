import * as z from 'zod'
import { rulesSchema } from './rules.ts'
import { accessSchema } from './sections/access.ts'
import { channelSchema } from './sections/channels.ts'
import { clusterSchema } from './sections/clusters.ts'
import { comparisonSchema } from './sections/comparisons.ts'
import { historySchema } from './sections/history.ts'
import { keySchema } from './sections/key.ts'
import { ownerSchema } from './sections/owners.ts'
import { redisSchema } from './sections/redis.ts'
import { serverSchema } from './sections/server.ts'

export const API_VERSION = 'flux-compare.dev/v1'

/** The configuration file as it is written. A section more is a line here, and one in `resolve-config.ts`. */
export const configSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Config'),
  clusters: z.array(clusterSchema).min(1, 'must name at least one cluster'),
  comparisons: z
    .array(comparisonSchema)
    .default([])
    .meta({ description: 'What is compared again and again: docs/schedules.md.' }),
  owners: z.array(ownerSchema).default([]).meta({ description: 'Who owns which namespaces: the first that fits.' }),
  rules: rulesSchema.default([]).meta({ description: 'Which differences are meant to be: docs/rules.md.' }),
  channels: z.array(channelSchema).default([]).meta({ description: 'Where reports are sent: docs/notifications.md.' }),
  server: serverSchema.prefault({}),
  redis: redisSchema.optional(),
  history: historySchema.prefault({}),
  key: keySchema.optional(),
  access: accessSchema.prefault({}),
  execPlugins: z
    .array(
      z
        .string()
        .regex(/^(?:[^/\\\s]+|\/\S+)$/, 'must be a command as the kubeconfig names it, such as aws or /usr/bin/aws'),
    )
    .default([])
    .meta({
      description: 'Credential plugins that kubeconfigs may run: the command exactly as they name it.',
      examples: [['aws', 'gke-gcloud-auth-plugin']],
    }),
})

export type WrittenConfig = z.output<typeof configSchema>
