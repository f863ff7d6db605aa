import { z } from '@hono/zod-openapi'
import type { ScheduleView } from '../../service/schedules/schedule-view.ts'
import type { Service } from '../../service/service.ts'
import { noteWork } from '../context.ts'
import { documentOf, listDocument, runDocument } from '../documents.ts'
import { defineEndpoint, type Endpoint } from '../endpoint.ts'
import { json, JSON_ONLY } from '../json-answer.ts'
import { DEFINITION_NAME, NO_PARAMETERS, PAGE, pageOf } from '../parameters.ts'
import { IDEMPOTENCY_HEADER, LOCATION, replayOf } from '../replay.ts'
import { PAUSE_BODY, RECORD_LIST, SCHEDULE, SCHEDULE_LIST } from '../schemas/schedule.ts'
import { RUN } from '../schemas/work.ts'

const PARAMS = z.strictObject({ schedule: DEFINITION_NAME })
const COMMON = { tag: 'schedules', types: JSON_ONLY, query: NO_PARAMETERS } as const
const READ = { ...COMMON, method: 'get', scope: 'read', body: null, problems: [] } as const
const CHANGE = { ...COMMON, method: 'post', scope: 'trigger', params: PARAMS, problems: [] } as const

/** The comparisons of the configuration: when they run, and what became of each due time. */
export function scheduleEndpoints(service: Service, links: (path: string) => string): readonly Endpoint[] {
  return [
    listSchedules(service),
    oneSchedule(service),
    listRecords(service),
    pauseSchedule(service),
    resumeSchedule(service),
    runSchedule(service, links),
  ]
}

function listSchedules(service: Service): Endpoint {
  return defineEndpoint({
    ...READ,
    path: '/schedules',
    operation: 'listSchedules',
    summary: 'The comparisons of the configuration, in its order',
    params: NO_PARAMETERS,
    answers: { 200: json('All of them', SCHEDULE_LIST) },
    handle: async (c, { access }) => {
      const items = await service.listSchedules(access)
      return c.json(listDocument('ScheduleList', { items, next: null }, scheduleDocument))
    },
  })
}

function oneSchedule(service: Service): Endpoint {
  return defineEndpoint({
    ...READ,
    path: '/schedules/{schedule}',
    operation: 'getSchedule',
    summary: 'One of them: when it is due next, and what became of the last time',
    params: PARAMS,
    answers: { 200: json('The schedule', SCHEDULE) },
    handle: async (c, { access, params }) => c.json(scheduleDocument(await service.schedule(access, params.schedule))),
  })
}

function listRecords(service: Service): Endpoint {
  return defineEndpoint({
    ...READ,
    path: '/schedules/{schedule}/records',
    operation: 'listScheduleRecords',
    summary: 'What became of each due time, newest first',
    params: PARAMS,
    query: z.strictObject(PAGE),
    answers: { 200: json('One page', RECORD_LIST) },
    handle: async (c, { access, params, query }) => {
      const page = await service.scheduleRecords(access, params.schedule, pageOf(query))
      return c.json(listDocument('ScheduleRecordList', page, (record) => documentOf('ScheduleRecord', record)))
    },
  })
}

function pauseSchedule(service: Service): Endpoint {
  return defineEndpoint({
    ...CHANGE,
    path: '/schedules/{schedule}/pause',
    operation: 'pauseSchedule',
    summary: 'Let nothing run by itself until it is resumed; due times are recorded as skipped',
    body: PAUSE_BODY,
    answers: { 200: json('The schedule', SCHEDULE) },
    handle: async (c, { access, params, body }) => {
      noteWork(c, 'pauseSchedule', [params.schedule])
      return c.json(scheduleDocument(await service.pauseSchedule(access, params.schedule, body.reason)))
    },
  })
}

function resumeSchedule(service: Service): Endpoint {
  return defineEndpoint({
    ...CHANGE,
    path: '/schedules/{schedule}/resume',
    operation: 'resumeSchedule',
    summary: 'End the pause; what was due in it is not made good',
    body: null,
    answers: { 200: json('The schedule', SCHEDULE) },
    handle: async (c, { access, params }) => {
      noteWork(c, 'resumeSchedule', [params.schedule])
      return c.json(scheduleDocument(await service.resumeSchedule(access, params.schedule)))
    },
  })
}

function runSchedule(service: Service, links: (path: string) => string): Endpoint {
  return defineEndpoint({
    ...CHANGE,
    path: '/schedules/{schedule}/run',
    operation: 'runSchedule',
    summary: 'Run it now, also while it is paused; a run that is under way is given instead',
    body: null,
    headers: IDEMPOTENCY_HEADER,
    answers: { 202: { ...json('The run; poll Location', RUN), headers: LOCATION } },
    problems: ['not-finished', 'idempotency-mismatch', 'queue-full', 'queue-unavailable'],
    handle: async (c, { access, params }) => {
      noteWork(c, 'runSchedule', [params.schedule])
      const run = await service.runSchedule(access, params.schedule, replayOf(c, {}))
      c.set('created', run.id)
      return c.json(runDocument(run), 202, { Location: links(`/comparisons/${run.id}`), 'Retry-After': '1' })
    },
  })
}

function scheduleDocument(view: ScheduleView): object {
  return documentOf('Schedule', view)
}
