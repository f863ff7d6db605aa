import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChannelTarget } from '../../src/model/channel.ts'
import { driftMessage } from '../../src/report/drift-report-message.ts'
import { everyday, HOSTILE_NAMES, reportOf } from './sample-drift-report.ts'

const TARGETS: readonly ChannelTarget<null>[] = [
  { kind: 'slack', url: null },
  { kind: 'slack-bot', token: null, channel: 'C1', apiUrl: 'https://slack.com/api' },
  { kind: 'teams', url: null },
  { kind: 'discord', url: null },
  { kind: 'webhook', url: null, signing: null },
  { kind: 'alertmanager', url: null, token: null, validMs: 1 },
  { kind: 'github', token: null, apiUrl: '', repository: 'o/r', pullRequest: 1 },
  { kind: 'gitlab', token: null, apiUrl: '', project: 'p', mergeRequest: 1 },
]

for (const target of TARGETS) {
  test(`${target.kind}: a message is made and taken, whatever is in the report`, () => {
    for (const report of [everyday(), reportOf(0, HOSTILE_NAMES), reportOf(200, HOSTILE_NAMES)]) {
      const { payload, problems } = driftMessage(target, report)
      assert.deepEqual(problems, [])
      assert.ok(JSON.stringify(payload).length > 100 || target.kind === 'alertmanager')
    }
  })
}

test('a name that is no right Unicode ends no comment and breaks no marker', () => {
  const { payload } = driftMessage(TARGETS.at(-1)!, { ...everyday(), name: '\ud800' })
  assert.match(String(payload), /^<!-- flux-compare:drift-report:[^ ]+ -->\n/)
})
