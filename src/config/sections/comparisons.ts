import * as z from 'zod'
import type { ClusterName } from '../../model/cluster.ts'
import { DEFAULT_LAYERS, LAYERS, type Layer } from '../../model/comparison.ts'
import { cronTrouble, NEVER, NO_CRON } from '../cron.ts'
import { durationOrNone, longDurationOrNone, namespaceNames, shortDurationOrNone, timeZone } from '../words.ts'
import { notifySchema, resolveNotify, type NotifyConfig } from './notify.ts'
import { quietHoursSchema, resolveQuietHours } from './quiet-hours.ts'

/** What is compared again and again, under a name. */
export type ComparisonConfig = {
  readonly name: string
  /** Null: the most common variant. */
  readonly baseline: ClusterName | null
  readonly targets:
    | { readonly by: 'names'; readonly names: readonly ClusterName[] }
    | { readonly by: 'labels'; readonly matchLabels: Readonly<Record<string, string>> }
  readonly layers: readonly Layer[]
  /** As kubectl names them; null: all. */
  readonly kinds: readonly string[] | null
  readonly namespaces: readonly string[] | null
  readonly selector: string | null
  readonly ignore: readonly string[]
  /** Kept snapshots that are younger will do; 0: new ones are taken. */
  readonly maxAgeMs: number
  readonly damping: number
  /** Null: only on request. */
  readonly schedule: ScheduleConfig | null
  readonly notify: readonly NotifyConfig[]
}

export type ScheduleConfig = {
  /** Five fields, or six with seconds. */
  readonly cron: string
  /** IANA name. */
  readonly timeZone: string
  /** How much later than its due time a run begins at most; 0: at once. */
  readonly jitterMs: number
}

const text = z.string().min(1, 'must not be empty')
const clusterName = text.meta({ examples: ['staging'] })

const cron = z
  .string({ error: NO_CRON })
  .max(200, NO_CRON)
  .refine((value) => cronTrouble(value) !== NO_CRON, NO_CRON)
  .refine((value) => cronTrouble(value) !== NEVER, NEVER)
  .meta({
    examples: ['0 8 * * 1-5'],
    description: 'Minute, hour, day, month, weekday; seconds may stand before them.',
  })

const schedule = z.strictObject({
  cron,
  timeZone: timeZone.default('UTC').meta({ description: 'IANA name.', examples: ['Europe/Berlin'] }),
  jitter: shortDurationOrNone('5m', 1)
    .default('0s')
    .meta({ description: 'Begin up to so much later, so that many schedules do not begin at once.' }),
})

export const comparisonSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be 1 to 63 letters, digits, ., _ and -')
    .meta({ examples: ['prod-vs-staging'], description: 'What reports and schedules are called by.' }),
  baseline: clusterName
    .optional()
    .meta({ description: 'The cluster that the others are measured against. Default: the most common variant.' }),
  targets: z
    .union(
      [
        z.array(clusterName).min(1, 'must name at least one cluster'),
        z.strictObject({ matchLabels: z.record(text, z.string()).meta({ description: 'Labels of the targets.' }) }),
      ],
      { error: 'must be a list of clusters, or { matchLabels: { LABEL: VALUE } }' },
    )
    .meta({
      examples: [['production'], { matchLabels: { env: 'production' } }],
      description: 'The clusters that are measured: their names, or matchLabels.',
    }),
  layers: z
    .union([z.literal('all'), z.array(z.enum(LAYERS)).min(1, 'must name at least one; leave it out for the default')])
    .default([...DEFAULT_LAYERS])
    .meta({ description: 'What to compare: a list of layers, or all.' }),
  kinds: z
    .array(text)
    .min(1, 'must name at least one; leave it out for all')
    .optional()
    .meta({ description: 'Only these, as kubectl names kinds. Default: all.', examples: [['HelmRelease']] }),
  namespaces: namespaceNames.optional().meta({ description: 'Only these. Default: all.' }),
  selector: text
    .max(1000)
    .optional()
    .meta({ description: 'Only objects with these labels, as kubectl -l.', examples: ['team=shop'] }),
  ignore: z
    .array(text.max(1000))
    .max(200)
    .default([])
    .meta({ description: 'Paths whose differences are not shown.', examples: [['/spec/interval']] }),
  maxAge: longDurationOrNone('10m')
    .default('0s')
    .meta({ description: 'Kept snapshots that are younger will do. 0s: take new ones.' }),
  damping: z
    .int()
    .min(1)
    .max(100)
    .default(1)
    .meta({ description: 'In so many runs in a row a difference must be seen before it counts.' }),
  schedule: schedule.optional().meta({ description: 'When it runs. Default: only on request.' }),
  quietHours: quietHoursSchema
    .optional()
    .meta({ description: 'Quiet hours for those of notify that have none of their own.' }),
  notify: notifySchema.meta({ description: 'Where its reports go: names of channels, or maps that say more.' }),
})

export function resolveComparisons(written: readonly z.output<typeof comparisonSchema>[]): ComparisonConfig[] {
  return written.map((one) => ({
    name: one.name,
    baseline: one.baseline ?? null,
    targets: Array.isArray(one.targets)
      ? { by: 'names', names: one.targets }
      : { by: 'labels', matchLabels: one.targets.matchLabels },
    layers: LAYERS.filter((layer) => one.layers === 'all' || one.layers.includes(layer)),
    kinds: one.kinds ?? null,
    namespaces: one.namespaces ?? null,
    selector: one.selector ?? null,
    ignore: one.ignore,
    maxAgeMs: durationOrNone(one.maxAge),
    damping: one.damping,
    schedule: one.schedule
      ? {
          cron: one.schedule.cron,
          timeZone: one.schedule.timeZone,
          jitterMs: durationOrNone(one.schedule.jitter),
        }
      : null,
    notify: resolveNotify(one.notify, one.quietHours ? resolveQuietHours(one.quietHours) : null),
  }))
}
