import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../src/model/errors.ts'
import { status, type Answering, type Received } from '../notify/receiver.ts'
import { deliveryRig, HOUR, MINUTE, SECOND, type DeliveryRig } from './delivery-rig.ts'

const hang: Answering = () => undefined
const reset: Answering = (_request, response) => response.destroy()
const times = (count: number, answer: Answering): Answering[] => Array.from({ length: count }, () => answer)

/** Ids of the messages in the order in which the receiver got them. */
function idsOf(received: readonly Received[]): unknown[] {
  return received.map(({ headers }) => headers['webhook-id'])
}

function objectsIn({ body }: Received): string[] {
  const { data } = JSON.parse(body) as { data: { items: { fresh: { ref: { name: string } }[] } } }
  return data.items.fresh.map(({ ref }) => ref.name)
}

function statesOf(rig: DeliveryRig, channel?: string): string[] {
  return rig.deliveries(channel).map(({ state }) => state)
}

test('each message is sent once, in the order of the reports', async (t) => {
  const rig = await deliveryRig(t)
  rig.report()
  await rig.pass(0)
  rig.report()
  rig.report()
  await rig.pass(0)
  await rig.pass(HOUR)
  assert.deepEqual(rig.received.map(objectsIn), [['object-1'], ['object-2'], ['object-3']])
  assert.deepEqual(
    idsOf(rig.received),
    rig.deliveries().map(({ id }) => id),
  )
  assert.deepEqual(
    rig.deliveries().map(({ state, attempts, reason, nextAt }) => [state, attempts, reason, nextAt]),
    times(3, hang).map(() => ['sent', 1, null, null]),
  )
})

test('what fails is tried again after 15 s, 30 s, a minute ... with the same id, and never before its time', async (t) => {
  const rig = await deliveryRig(t, { answers: { team: [status(500), reset, hang] } })
  const began = rig.now()
  rig.report()
  const nextAfter = async (ms: number): Promise<number | null> => {
    await rig.pass(ms)
    const at = rig.deliveries()[0]!.nextAt
    return at === null ? null : Date.parse(at) - began
  }
  assert.equal(await nextAfter(0), 15 * SECOND)
  assert.equal(await nextAfter(14 * SECOND), 15 * SECOND)
  assert.equal(rig.received.length, 1)
  assert.equal(await nextAfter(1 * SECOND), 45 * SECOND)
  assert.equal(await nextAfter(30 * SECOND), 105 * SECOND)
  assert.equal(await nextAfter(60 * SECOND), null)
  assert.deepEqual(
    rig.attempts.map(({ step }) => ('reason' in step ? step.reason : step.state)),
    ['server-error', 'unreachable', 'timeout', 'sent'],
  )
  assert.equal(new Set(idsOf(rig.received)).size, 1)
  assert.equal(rig.received.length, 4)
})

test('Retry-After is honoured, and holds back what comes after it in its channel, not in others', async (t) => {
  const busy = status(429, { 'retry-after': '600' })
  const rig = await deliveryRig(t, {
    answers: { team: [busy] },
    routes: [{ channel: 'team' }, { channel: 'other' }],
  })
  rig.report()
  await rig.pass(0)
  rig.report()
  await rig.pass(599 * SECOND)
  assert.deepEqual(rig.received.map(({ path }) => path).sort(), ['/other', '/other', '/team'])
  await rig.pass(1 * SECOND)
  const [refused, ...sent] = rig.received.filter(({ path }) => path === '/team')
  assert.deepEqual([refused!, ...sent].map(objectsIn), [['object-1'], ['object-1'], ['object-2']])
  assert.deepEqual(
    statesOf(rig),
    times(4, hang).map(() => 'sent'),
  )
})

test('a message that nobody takes is dead after a day and holds the others back only for a while', async (t) => {
  const rig = await deliveryRig(t)
  const poison: Answering = (request, response) =>
    status(objectsIn(request).includes('object-1') ? 500 : 200)(request, response)
  rig.answer('team', times(500, poison))
  const began = rig.now()
  rig.report()
  rig.report()
  await rig.pass(0)
  assert.deepEqual(statesOf(rig), ['pending', 'pending'])
  let sentAfter: number | null = null
  for (let tries = 0; tries < 60 && statesOf(rig)[0] === 'pending'; tries += 1) {
    await rig.pass(Date.parse(rig.deliveries()[0]!.nextAt!) - rig.now())
    if (sentAfter === null && statesOf(rig)[1] === 'sent') sentAfter = rig.now() - began
  }
  assert.deepEqual(statesOf(rig), ['dead', 'sent'])
  assert.equal(sentAfter, (15 + 30 + 60) * SECOND)
  const dead = rig.deliveries()[0]!
  assert.equal(dead.reason, 'server-error')
  const took = Date.parse(dead.finishedAt!) - began
  assert.ok(took > 23 * HOUR && took <= 24 * HOUR, `${took} ms`)
  rig.report()
  await rig.pass(0)
  assert.equal(statesOf(rig).at(-1), 'sent')
})

for (const [name, answer, reason] of [
  ['403', status(403), 'unauthorized'],
  ['404', status(404), 'gone'],
  ['410', status(410), 'gone'],
  ['a redirect', status(302, { location: 'http://127.0.0.1:1/' }), 'redirected'],
] as const) {
  test(`${name} disables the channel until it is configured in another way`, async (t) => {
    const rig = await deliveryRig(t, { answers: { team: [answer] } })
    rig.report()
    rig.report()
    await rig.pass(0)
    assert.deepEqual(statesOf(rig), ['disabled', 'disabled'])
    assert.equal(rig.history.disabledChannels()[0]?.reason, reason)
    await rig.pass(2 * HOUR)
    rig.report()
    await rig.pass(23 * HOUR)
    assert.equal(rig.received.length, 1)
    rig.reconfigure('team', 'another secret')
    await rig.pass(SECOND)
    assert.deepEqual(rig.enabled, ['team'])
    assert.deepEqual(statesOf(rig), ['disabled', 'disabled', 'sent'])
    assert.deepEqual(rig.received.map(objectsIn).slice(1), [['object-3']])
    assert.deepEqual(rig.history.disabledChannels(), [])
  })
}

test('a message that is refused itself is dead at once, and the next one goes', async (t) => {
  const rig = await deliveryRig(t, { answers: { team: [status(400)] } })
  rig.report()
  rig.report()
  await rig.pass(0)
  assert.deepEqual(statesOf(rig), ['dead', 'sent'])
})

test('a channel that is not configured any more is disabled, and nobody else waits for it', async (t) => {
  const rig = await deliveryRig(t, { routes: [{ channel: 'removed' }, { channel: 'team' }] })
  rig.report()
  await rig.pass(0)
  assert.deepEqual([statesOf(rig, 'removed'), statesOf(rig, 'team')], [['disabled'], ['sent']])
  assert.equal(rig.deliveries('removed')[0]?.reason, 'channel-unknown')
})

test('who is killed between sending and writing it down sends it once more, under the same id', async (t) => {
  const rig = await deliveryRig(t, {
    change: ({ writes }) => ({
      writes: {
        enableChannel: writes.enableChannel,
        releaseWaiting: writes.releaseWaiting,
        shelveDelivery: writes.shelveDelivery,
        settleDelivery: (id, settlement) =>
          rig.received.length === 1 ? new Promise(() => undefined) : writes.settleDelivery(id, settlement),
      },
    }),
  })
  rig.report()
  rig.deliverer().wake()
  while (rig.received.length === 0) await sleep(5)
  await sleep(20)
  assert.deepEqual(statesOf(rig), ['pending'])
  rig.restart()
  await rig.pass(0)
  assert.deepEqual(statesOf(rig), ['sent'])
  await rig.pass(HOUR)
  assert.deepEqual(idsOf(rig.received), [rig.deliveries()[0]!.id, rig.deliveries()[0]!.id])
})

test('while the database takes nothing, no message is sent a second time, and no other one either', async (t) => {
  let isFull = true
  const rig = await deliveryRig(t, {
    change: ({ writes }) => ({
      writes: {
        enableChannel: writes.enableChannel,
        releaseWaiting: writes.releaseWaiting,
        shelveDelivery: writes.shelveDelivery,
        settleDelivery: async (id, settlement) => {
          if (isFull) throw new AppError('history-unavailable', 'the disk is full')
          return writes.settleDelivery(id, settlement)
        },
      },
    }),
  })
  rig.report()
  rig.report()
  for (let minute = 0; minute < 5; minute += 1) await rig.pass(MINUTE)
  assert.equal(rig.received.length, 1)
  assert.equal(rig.troubles[0], 'history-unavailable')
  isFull = false
  await rig.pass(MINUTE)
  assert.deepEqual(statesOf(rig), ['sent', 'sent'])
  assert.deepEqual(rig.received.map(objectsIn), [['object-1'], ['object-2']])
})

test('a channel whose messages cannot be read is tried again after half a minute, and holds no other one up', async (t) => {
  const rig = await deliveryRig(t, {
    routes: [{ channel: 'damaged' }, { channel: 'team' }],
    change: ({ reads }) => ({
      reads: {
        dueDeliveries: reads.dueDeliveries,
        nextDeliveryAt: reads.nextDeliveryAt,
        waitingRoutes: reads.waitingRoutes,
        disabledChannels: reads.disabledChannels,
        pendingDelivery: async (id) => {
          if (id.includes('damaged')) throw new AppError('history-corrupt', 'the content of a message is damaged')
          return reads.pendingDelivery(id)
        },
      },
    }),
  })
  rig.report()
  for (let second = 0; second < 30; second += 1) await rig.pass(SECOND)
  assert.deepEqual([statesOf(rig, 'damaged'), statesOf(rig, 'team')], [['pending'], ['sent']])
  assert.deepEqual(rig.troubles, ['history-corrupt'])
  await rig.pass(SECOND)
  assert.deepEqual(rig.troubles, ['history-corrupt', 'history-corrupt'])
})

test('what waits and cannot be released is tried again after half a minute, and holds no message up', async (t) => {
  const windows = [{ days: ['sat'] as const, from: 12 * 60, to: 12 * 60 + 1 }]
  const quiet = { timeZone: 'UTC', windows, exceptFrom: null }
  const rig = await deliveryRig(t, {
    answers: { team: [status(500)] },
    routes: [{ channel: 'waits', quiet }, { channel: 'team' }],
    change: ({ writes }) => ({
      writes: {
        settleDelivery: writes.settleDelivery,
        shelveDelivery: writes.shelveDelivery,
        enableChannel: writes.enableChannel,
        releaseWaiting: async () => {
          throw new AppError('history-corrupt', 'what waits is damaged')
        },
      },
    }),
  })
  rig.report()
  await rig.pass(SECOND)
  assert.deepEqual(statesOf(rig, 'team'), ['pending'])
  await rig.pass(MINUTE)
  assert.deepEqual(statesOf(rig, 'team'), ['sent'])
  for (let second = 0; second < 29; second += 1) await rig.pass(SECOND)
  assert.deepEqual(rig.troubles, ['history-corrupt'])
  await rig.pass(SECOND)
  assert.deepEqual(rig.troubles, ['history-corrupt', 'history-corrupt'])
})

test('a channel that hangs holds no other one up', async (t) => {
  let release: () => void = () => undefined
  const slow: Answering = (request, response) => {
    release = () => status(200)(request, response)
  }
  const rig = await deliveryRig(t, { answers: { slow: [slow] }, routes: [{ channel: 'slow' }, { channel: 'team' }] })
  rig.report()
  rig.deliverer().wake()
  while (rig.received.length < 2) await sleep(5)
  rig.report()
  rig.deliverer().wake()
  while (statesOf(rig, 'team').at(-1) !== 'sent') await sleep(5)
  assert.deepEqual(statesOf(rig, 'slow'), ['pending', 'pending'])
  release()
  await rig.deliverer().idle()
  assert.deepEqual(statesOf(rig, 'slow'), ['sent', 'sent'])
})

test('what waits for the end of quiet hours is sent then, as one message', async (t) => {
  const windows = [{ days: ['sat'] as const, from: 10 * 60, to: 14 * 60 }]
  const rig = await deliveryRig(t, { routes: [{ quiet: { timeZone: 'UTC', windows, exceptFrom: null } }] })
  rig.report()
  rig.report()
  await rig.pass(0)
  await rig.pass(119 * MINUTE)
  assert.deepEqual(rig.deliveries(), [])
  await rig.pass(1 * MINUTE)
  assert.deepEqual(
    rig.received.map(objectsIn).map((names) => names.toSorted()),
    [['object-1', 'object-2']],
  )
})

test('stopping waits for what is being sent and begins nothing more', async (t) => {
  const slow: Answering = (request, response) => void sleep(100).then(() => status(200)(request, response))
  const rig = await deliveryRig(t, { answers: { team: [slow] } })
  rig.report()
  rig.report()
  rig.deliverer().wake()
  while (rig.received.length === 0) await sleep(5)
  await rig.deliverer().stop(5_000)
  assert.deepEqual(statesOf(rig), ['sent', 'pending'])
  rig.deliverer().wake()
  await rig.deliverer().idle()
  assert.equal(rig.received.length, 1)
})

test('what takes longer than the grace is broken off, and counts as not tried', async (t) => {
  const rig = await deliveryRig(t, { answers: { team: [hang] } })
  rig.report()
  rig.deliverer().wake()
  while (rig.received.length === 0) await sleep(5)
  await rig.deliverer().stop(10)
  assert.deepEqual(
    rig.deliveries().map(({ state, attempts }) => [state, attempts]),
    [['pending', 0]],
  )
})
