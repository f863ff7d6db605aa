import { z } from '@hono/zod-openapi'
import { SCHEDULE_OUTCOMES, SCHEDULE_REASONS, type ScheduleRecord } from '../../service/schedules/schedule-store.ts'
import type { ScheduleView } from '../../service/schedules/schedule-view.ts'
import { API_VERSION, listOf, NAME, orNull, TIME, WORDS } from './common.ts'
import { SEVERITY, VERDICT } from './comparison.ts'

const COUNT = z.int()

const RECORD_FIELDS = {
  schedule: z.string(),
  due: TIME.meta({ description: 'When it was due, without jitter; of a run on request: when that was' }),
  trigger: z
    .enum(['schedule', 'catch-up', 'run-now'])
    .meta({ description: 'catch-up: the service did not run when it was due' }),
  outcome: z.enum(SCHEDULE_OUTCOMES).openapi('ScheduleOutcome'),
  reason: orNull(z.enum(SCHEDULE_REASONS).openapi('ScheduleReason')),
  message: z.string().nullable(),
  run: z.string().nullable().meta({ description: 'The comparison: GET /comparisons/{id}' }),
  requestedBy: z.string(),
  recordedAt: TIME,
}

const RECORD: z.ZodType<ScheduleRecord> = z
  .object({ apiVersion: z.literal(API_VERSION), kind: z.literal('ScheduleRecord'), ...RECORD_FIELDS })
  .meta({ description: 'What became of one due time: there is exactly one for each' })
  .openapi('ScheduleRecord')

export const RECORD_LIST = listOf('ScheduleRecordList', RECORD)

export const SCHEDULE: z.ZodType<ScheduleView> = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Schedule'),
    name: z.string(),
    baseline: NAME.nullable(),
    targets: z.array(NAME),
    channels: z.array(z.string()),
    schedule: orNull(z.object({ cron: z.string(), timeZone: z.string(), jitterMs: z.int() })).meta({
      description: 'null: it runs on request only',
    }),
    nextDue: TIME.nullable(),
    paused: orNull(z.object({ by: z.string(), at: TIME, reason: z.string().nullable() })),
    running: z.string().nullable().meta({ description: 'The run that is under way' }),
    lastRecord: orNull(z.object(RECORD_FIELDS)),
    lastReport: orNull(
      z.object({
        id: z.string(),
        at: TIME,
        verdict: VERDICT,
        news: z.boolean(),
        severity: orNull(SEVERITY),
        counts: z.object({ fresh: COUNT, worsened: COUNT, reopened: COUNT, resolved: COUNT, ongoing: COUNT }),
      }),
    ),
  })
  .meta({ description: 'A comparison of the configuration, when it runs and what became of it: docs/schedules.md' })
  .openapi('Schedule')

export const SCHEDULE_LIST = listOf('ScheduleList', SCHEDULE)

export const PAUSE_BODY = z
  .strictObject({
    reason: WORDS.nullable().default(null).meta({ description: 'Why nothing is to run.' }),
  })
  .openapi('PauseSchedule')
