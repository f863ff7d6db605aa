import * as z from 'zod'
import { SEVERITIES, type Severity } from '../../model/comparison.ts'
import { readLongDuration } from '../durations.ts'
import { longDuration, namespaceNames } from '../words.ts'
import { quietHoursSchema, resolveQuietHours, type QuietConfig } from './quiet-hours.ts'

const GROUPS = ['none', 'cluster', 'namespace', 'owner'] as const

/** One entry of `notify`: which part of the reports of a comparison goes to a channel, and when. */
export type NotifyConfig = {
  readonly channel: string
  /** Null: all. */
  readonly severity: Severity | null
  readonly matchLabels: Readonly<Record<string, string>>
  readonly namespaces: readonly string[] | null
  readonly owners: readonly string[] | null
  readonly when: 'onChange' | 'always'
  readonly repeatIntervalMs: number | null
  readonly resolved: boolean
  readonly groupBy: (typeof GROUPS)[number]
  readonly groupIntervalMs: number
  readonly quiet: QuietConfig | null
}

const channelName = z
  .string({ error: 'must be the name of a channel' })
  .min(1, 'must be the name of a channel')
  .meta({ examples: ['team'] })

const route = z.strictObject({
  channel: channelName,
  severity: z.enum(SEVERITIES).optional().meta({ description: 'From which severity on. Default: all.' }),
  matchLabels: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: 'Labels of the clusters that the message is for.', examples: [{ env: 'production' }] }),
  namespaces: namespaceNames.optional().meta({ description: 'Only these. Default: all.' }),
  owners: z
    .array(z.string().min(1, 'must not be empty'))
    .min(1, 'must name at least one; leave it out for all')
    .optional()
    .meta({ description: 'Only what these own. Default: all.' }),
  when: z
    .enum(['onChange', 'always'])
    .default('onChange')
    .meta({ description: 'Only when something is new, worse, back or resolved, or with each report.' }),
  repeatInterval: longDuration('7d')
    .optional()
    .meta({ description: 'Tell what is still open again so long after the last message. Default: never.' }),
  resolved: z.boolean().default(true).meta({ description: 'Whether to tell what is resolved.' }),
  groupBy: z.enum(GROUPS).default('none').meta({ description: 'One message for all, or one each.' }),
  groupInterval: longDuration('1h')
    .optional()
    .meta({ description: 'Shortest time between two messages; what comes earlier is merged. Default: none.' }),
  quietHours: quietHoursSchema
    .optional()
    .meta({ description: 'Messages wait for the end of these hours, and become one.' }),
})

/** `notify` of a comparison: names of channels, or maps that say more. */
export const notifySchema = z
  .array(z.union([channelName, route], { error: 'must be the name of a channel, or a map with channel' }))
  .default([])

/** `quiet` is for those that have no quiet hours of their own. */
export function resolveNotify(
  written: z.output<typeof notifySchema>,
  quiet: QuietConfig | null = null,
): NotifyConfig[] {
  return written.map((entry) => {
    const one = typeof entry === 'string' ? route.parse({ channel: entry }) : entry
    const { quietHours } = one
    return {
      channel: one.channel,
      severity: one.severity ?? null,
      matchLabels: one.matchLabels,
      namespaces: one.namespaces ?? null,
      owners: one.owners ?? null,
      when: one.when,
      repeatIntervalMs: one.repeatInterval === undefined ? null : readLongDuration(one.repeatInterval),
      resolved: one.resolved,
      groupBy: one.groupBy,
      groupIntervalMs: one.groupInterval === undefined ? 0 : readLongDuration(one.groupInterval)!,
      quiet: quietHours ? resolveQuietHours(quietHours) : quiet,
    }
  })
}
