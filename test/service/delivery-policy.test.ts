import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messageId, nextDeliveryStep } from '../../src/service/delivery-policy.ts'

const DAY = 86_400_000
const retry = (afterMs: number | null = null) => ({ result: 'retry', reason: 'server-error', afterMs }) as const
const step = (attempts: number, outcome: Parameters<typeof nextDeliveryStep>[0]['outcome'], now = 0, chance = 0) =>
  nextDeliveryStep({ attempts, firstTriedAt: 0, now, outcome, chance })

// 15 s, doubled each time, at most an hour; less by up to a quarter.
for (const [attempts, chance, wait] of [
  [1, 0, 15_000],
  [2, 0, 30_000],
  [3, 0, 60_000],
  [8, 0, 1_920_000],
  [9, 0, 3_600_000],
  [500, 0, 3_600_000],
  [1, 1, 11_250],
  [9, 1, 2_700_000],
] as const) {
  test(`after try ${attempts} with chance ${chance} the next is ${wait} ms later`, () => {
    assert.deepEqual(step(attempts, retry(), 1_000, chance), {
      state: 'pending',
      nextAt: 1_000 + wait,
      reason: 'server-error',
    })
  })
}

test('Retry-After is never undercut, and no reason to come later than one would', () => {
  assert.deepEqual(step(1, retry(7_200_000)), { state: 'pending', nextAt: 7_200_000, reason: 'server-error' })
  assert.deepEqual(step(9, retry(1_000)), { state: 'pending', nextAt: 3_600_000, reason: 'server-error' })
})

test('after a day the message is dead', () => {
  assert.equal(step(30, retry(), DAY - 3_600_000).state, 'pending')
  assert.deepEqual(step(30, retry(), DAY - 3_599_999), { state: 'dead', reason: 'server-error' })
  assert.equal(step(1, retry(2 * DAY)).state, 'dead')
})

test('an outage of an hour loses nothing', () => {
  let now = 0
  let attempts = 0
  while (now < 3_600_000) {
    attempts += 1
    const next = step(attempts, retry(), now, 1)
    assert.ok(next.state === 'pending')
    now = next.nextAt
  }
  assert.deepEqual(step(attempts + 1, { result: 'sent', reference: null }, now), { state: 'sent', reference: null })
})

test('what is refused for good disables the destination, a message that is refused only itself', () => {
  const refused = { result: 'permanent', reason: 'gone', disables: true } as const
  assert.deepEqual(step(1, refused), { state: 'disabled', reason: 'gone' })
  const payload = { result: 'permanent', reason: 'payload-refused', disables: false } as const
  assert.deepEqual(step(1, payload), { state: 'dead', reason: 'payload-refused' })
})

test('the id of a message is that of its report, channel and part, and fits a header', () => {
  assert.equal(messageId('report_1', 'team', ''), 'msg+report_1+team')
  assert.equal(messageId('report_1', 'team', 'ns.ä\r\n'), 'msg+report_1+team+ns%2E%C3%A4%0D%0A')
})

test('no two messages share an id', () => {
  assert.notEqual(messageId('r', 'a+b', ''), messageId('r', 'a', 'b'))
  assert.equal(messageId('r', 'a', '\ud800'), 'msg+r+a+%EF%BF%BD')
})
