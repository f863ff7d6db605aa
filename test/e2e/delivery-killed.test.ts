import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { status, type Received } from '../notify/receiver.ts'
import { allSent, deliverySite, LIMIT_MS, messageIn, runIsDone, type DeliverySite } from './delivery-site.ts'

const LIMITS = { timeout: 300_000 }
const SETTLED_MS = 1_500

async function receivedAre(site: DeliverySite, count: number): Promise<void> {
  const deadline = Date.now() + LIMIT_MS
  while (site.received.length < count) {
    assert.ok(Date.now() < deadline, `${site.received.length} of ${count} messages came`)
    await sleep(5)
  }
}

/** How often each message came, in the order of their first coming. */
function countsOf(received: readonly Received[]): number[] {
  return [...Map.groupBy(received, (request) => messageIn(request).id).values()].map((group) => group.length)
}

test(
  'killed while one message is sent and the next one waits: both come, the first a second time',
  LIMITS,
  async (t) => {
    const site = await deliverySite(t)
    let service = await site.start()
    site.answer(() => undefined)
    const first = site.drift()
    await runIsDone(service, await site.run(service))
    await receivedAre(site, 1)
    const second = site.drift()
    await runIsDone(service, await site.run(service))
    await service.end('SIGKILL')
    assert.equal(site.received.length, 1)
    site.answer(status(200))
    service = await site.start()
    const deliveries = await allSent(service, 2)
    assert.deepEqual(site.received.map(messageIn), [
      { id: deliveries[0]!.id, fresh: [first] },
      { id: deliveries[0]!.id, fresh: [first] },
      { id: deliveries[1]!.id, fresh: [second] },
    ])
  },
)

test(
  'killed at the moment in which the receiver has taken it: it comes once or twice, under one id',
  LIMITS,
  async (t) => {
    const site = await deliverySite(t)
    let service = await site.start()
    const killed = Promise.withResolvers<void>()
    site.answer((request, response) => {
      response.once('finish', () => void service.end('SIGKILL').then(() => killed.resolve()))
      status(200)(request, response)
    })
    site.drift()
    await site.run(service)
    await killed.promise
    site.answer(status(200))
    service = await site.start()
    await allSent(service, 1)
    assert.equal(countsOf(site.received).length, 1)
    assert.ok(site.received.length <= 2)
  },
)

test(
  'killed when it is written down that it was sent: it never comes again; two processes send nothing twice',
  LIMITS,
  async (t) => {
    const site = await deliverySite(t)
    let service = await site.start()
    site.drift()
    await site.run(service)
    await allSent(service, 1)
    await assert.rejects(site.start(), /belongs to the service that runs/)
    site.drift()
    await site.run(service)
    await allSent(service, 2)
    await service.end('SIGKILL')
    service = await site.start()
    await sleep(SETTLED_MS)
    assert.deepEqual(countsOf(site.received), [1, 1])
    // Nothing has changed: that is no message.
    await runIsDone(service, await site.run(service))
    await sleep(SETTLED_MS)
    assert.deepEqual(countsOf(site.received), [1, 1])
  },
)

test('killed again and again at any moment: everything is told, each thing in one message', LIMITS, async (t) => {
  const site = await deliverySite(t)
  const rounds = 5
  const drifted: string[] = []
  let service = await site.start()
  for (let round = 0; round < rounds; round += 1) {
    drifted.push(site.drift())
    const run = await site.run(service)
    await sleep(50 + 130 * round)
    await service.end('SIGKILL')
    service = await site.start()
    await runIsDone(service, run)
  }
  await allSent(service, 1)
  const messages = new Map(site.received.map((request) => [messageIn(request).id, messageIn(request).fresh]))
  assert.deepEqual([...messages.values()].flat().sort(), drifted.toSorted())
  assert.ok(site.received.length - messages.size <= rounds, `${site.received.length} of ${messages.size} messages`)
})
