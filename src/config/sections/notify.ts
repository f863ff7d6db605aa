import * as z from 'zod'
import { SEVERITIES, type Severity } from '../../model/comparison.ts'
import { readLongDuration } from '../durations.ts'
import { longDuration, namespaceNames } from '../words.ts'

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
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
  readonly quiet: {
    readonly timeZone: string
    /** Minutes of the local day. */
    readonly windows: readonly {
      readonly days: readonly (typeof WEEKDAYS)[number][]
      readonly from: number
      readonly to: number
    }[]
    readonly exceptFrom: Severity | null
  } | null
}

const channelName = z
  .string({ error: 'must be the name of a channel' })
  .min(1, 'must be the name of a channel')
  .meta({ examples: ['team'] })

const clock = z
  .string({ error: 'must be a time of day in quotes, such as "22:00"' })
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time of day, such as 22:00')
  .meta({ examples: ['22:00'] })

const window = z.strictObject({
  from: clock,
  to: clock.meta({ description: 'A time that is not after from is on the next day.' }),
  days: z
    .array(z.enum(WEEKDAYS))
    .min(1, 'must name at least one; leave it out for all')
    .optional()
    .meta({ description: 'On which days it begins. Default: all.' }),
})

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
  quietHours: z
    .strictObject({
      timeZone: z
        .string()
        .refine(isTimeZone, 'is no time zone; write an IANA name, such as Europe/Berlin')
        .meta({ examples: ['Europe/Berlin'] }),
      windows: z.array(window).min(1, 'must hold at least one'),
      exceptFrom: z
        .enum(SEVERITIES)
        .optional()
        .meta({ description: 'What is new and at least this severe is told at once. Default: nothing is.' }),
    })
    .optional()
    .meta({ description: 'Messages wait for the end of these hours, and become one.' }),
})

/** `notify` of a comparison: names of channels, or maps that say more. */
export const notifySchema = z
  .array(z.union([channelName, route], { error: 'must be the name of a channel, or a map with channel' }))
  .default([])

export function resolveNotify(written: z.output<typeof notifySchema>): NotifyConfig[] {
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
      quiet: quietHours
        ? {
            timeZone: quietHours.timeZone,
            windows: quietHours.windows.map(({ days, from, to }) => ({
              days: days ?? WEEKDAYS,
              from: minutesOf(from),
              to: minutesOf(to),
            })),
            exceptFrom: quietHours.exceptFrom ?? null,
          }
        : null,
    }
  })
}

function minutesOf(text: string): number {
  const [hours, minutes] = text.split(':').map(Number)
  return hours! * 60 + minutes!
}

function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
