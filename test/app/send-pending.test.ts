import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog } from '../../src/app/log.ts'
import { sendPending } from '../../src/app/send-pending.ts'
import { HEAD, load } from '../config/support.ts'
import { serviceIn } from '../history/fixtures.ts'
import { contextOf, NAME, recordReport, routeTo } from '../history/report-fixtures.ts'
import { comparedAt, driftOf } from '../service/ledger/ledger-fixtures.ts'

const NOW = new Date('2026-11-21T12:00:00.000Z')
const EARLIER = '2026-11-21T11:00:00.000Z'
const ANY = { state: null, report: null, name: null } as const

test('a message that waits behind many newer ones is tried, and told as not sent', async (t) => {
  const text = `${HEAD}  - { name: production, context: prd }
comparisons: [{ name: ${NAME}, baseline: staging, targets: [production], notify: [team] }]
channels: [{ name: team, slack: { urlFrom: { env: NOT_SET } } }]
`
  const config = load(t, text, {}, 'worker')
  const { history } = serviceIn(t)
  const others = Array.from({ length: 501 }, () => routeTo('other'))
  recordReport(history, comparedAt(1, []), contextOf([]), EARLIER)
  recordReport(history, comparedAt(2, [driftOf('web')]), contextOf([routeTo('team'), ...others]), EARLIER)
  for (const { id } of history.deliveryPage({ ...ANY, channel: 'other' }, { limit: 501, cursor: null }).items) {
    history.settleDelivery(id, { step: { state: 'sent', reference: null }, now: EARLIER, configured: '' })
  }
  const told = await sendPending({
    history,
    config,
    env: {},
    clock: { now: () => NOW },
    timeoutMs: 1_000,
    log: createLog('fatal'),
    signal: new AbortController().signal,
  })
  assert.deepEqual(
    told.map(({ channel, state, reason, attempts }) => ({ channel, state, reason, attempts })),
    [{ channel: 'team', state: 'pending', reason: 'secret-missing', attempts: 1 }],
  )
})
