import * as z from 'zod'
import { SEVERITIES, type Severity } from '../../model/comparison.ts'
import { timeZone } from '../words.ts'

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

export type QuietConfig = {
  readonly timeZone: string
  /** Minutes of the local day. */
  readonly windows: readonly {
    readonly days: readonly (typeof WEEKDAYS)[number][]
    readonly from: number
    readonly to: number
  }[]
  readonly exceptFrom: Severity | null
}

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

export const quietHoursSchema = z.strictObject({
  timeZone,
  windows: z.array(window).min(1, 'must hold at least one'),
  exceptFrom: z
    .enum(SEVERITIES)
    .optional()
    .meta({ description: 'What is new and at least this severe is told at once. Default: nothing is.' }),
})

export function resolveQuietHours(written: z.output<typeof quietHoursSchema>): QuietConfig {
  return {
    timeZone: written.timeZone,
    windows: written.windows.map(({ days, from, to }) => ({
      days: days ?? WEEKDAYS,
      from: minutesOf(from),
      to: minutesOf(to),
    })),
    exceptFrom: written.exceptFrom ?? null,
  }
}

function minutesOf(text: string): number {
  const [hours, minutes] = text.split(':').map(Number)
  return hours! * 60 + minutes!
}
