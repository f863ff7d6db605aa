import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plannedRoutes } from '../../src/app/planned-routes.ts'
import type { ChannelConfig } from '../../src/config/sections/channels.ts'
import { slackPayload } from '../../src/report/drift-report-slack.ts'
import type { SavedReport } from '../../src/service/reports/report-store.ts'
import { driftReport, everyday } from '../report/sample-drift-report.ts'

const TEAM: ChannelConfig = {
  name: 'team',
  allowHttp: false,
  allowPrivate: false,
  target: { kind: 'slack', url: { env: 'X' } },
}

function saved(decision: SavedReport['routes'][number]['decision'], channel = 'team'): Pick<SavedReport, 'routes'> {
  return { routes: [{ route: channel, channel, decision }] }
}

test('what is sent is told part by part', () => {
  const parts = [
    { key: 'edge', report: everyday() },
    { key: 'production', report: driftReport() },
  ]
  assert.deepEqual(plannedRoutes(saved({ do: 'send', why: 'change', parts }), { channels: [TEAM] }), [
    {
      route: 'team',
      channel: 'team',
      kind: 'slack',
      do: 'send',
      why: 'change',
      until: null,
      messages: parts.map(({ key, report }) => ({ part: key, payload: slackPayload(report), problems: [] })),
    },
  ])
})

test('what waits is told with its time, and as it would be told now', () => {
  const until = Date.parse('2026-11-23T06:00:00Z')
  const decision = { do: 'postpone', why: 'quiet-hours', until, waiting: everyday() } as const
  const [route] = plannedRoutes(saved(decision), { channels: [TEAM] })
  assert.deepEqual([route!.do, route!.until], ['postpone', '2026-11-23T06:00:00.000Z'])
  assert.deepEqual(route!.messages, [{ part: '', payload: slackPayload(everyday()), problems: [] }])
})

test('a silent route has no message', () => {
  const [route] = plannedRoutes(saved({ do: 'silent', why: 'no-change' }), { channels: [TEAM] })
  assert.deepEqual([route!.do, route!.messages], ['silent', []])
})
