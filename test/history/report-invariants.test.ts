import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ServiceHistory } from '../../src/history/service-history.ts'
import { ITEM_LISTS, type DriftReport } from '../../src/model/drift-report.ts'
import type { DeliveryStep } from '../../src/service/delivery-policy.ts'
import type { DeliveryRecord } from '../../src/service/reports/report-store.ts'
import { comparedAt, driftOf, timeAt } from '../service/ledger/ledger-fixtures.ts'
import { serviceIn } from './fixtures.ts'
import { contextOf, NAME, recordReport, REQUEST, routeTo } from './report-fixtures.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e'] as const
const ALL = { limit: 1_000, cursor: null }
const UNREACHABLE = { code: 'cluster-unreachable', message: 'production cannot be reached', hint: '' } as const
const QUIET = { timeZone: 'UTC', windows: [{ days: ['sat', 'sun'], from: 0, to: 0 }], exceptFrom: null } as const
const CONTEXT = contextOf([
  routeTo('team'),
  routeTo('grouped', { groupIntervalMs: 5 * 3_600_000 }),
  routeTo('weekdays', { quiet: QUIET }),
  routeTo('each', { groupBy: 'cluster', when: 'always' }),
])

/** What happens in an hour, and what then becomes of the oldest due message of each channel. */
type Hour = {
  readonly drifts: readonly string[]
  readonly isRead: boolean
  readonly isTold: boolean
  readonly outcome: DeliveryStep['state'] | 'shelved' | 'none'
  readonly isEnabled: boolean
}

const hours: fc.Arbitrary<readonly Hour[]> = fc.array(
  fc.record({
    drifts: fc.subarray([...NAMES]),
    isRead: fc.integer({ min: 0, max: 4 }).map((number) => number > 0),
    isTold: fc.integer({ min: 0, max: 4 }).map((number) => number > 0),
    outcome: fc.constantFrom('sent', 'pending', 'dead', 'disabled', 'shelved', 'none'),
    isEnabled: fc.boolean(),
  }),
  { minLength: 5, maxLength: 30 },
)

test('whatever happens, what a channel was told in the end is what is open, and its messages come in their order', (t) => {
  fc.assert(
    fc.property(hours, (script) => {
      const { history } = serviceIn(t)
      const told = new Map<string, DriftReport>()
      for (const [index, hour] of script.entries()) {
        report(history, hour, index + 1)
        remember(history, told)
        deliver(history, hour, index + 1)
        checkOrder(history, timeAt(index + 1))
      }
      const last = script.length + 1
      recordReport(history, comparedAt(last, driftsOf(['a'])), CONTEXT)
      // On a weekday, days after whatever waits.
      history.releaseWaiting(CONTEXT, timeAt(last + 96))
      remember(history, told)
      assert.deepEqual(history.waitingRoutes(timeAt(10_000)), [])
      checkTold(history, told)
      history.close()
    }),
    { numRuns: 15, seed: 5 },
  )
})

function driftsOf(names: readonly string[]) {
  return names.map((name) => driftOf(name))
}

function report(history: ServiceHistory, { drifts, isRead, isTold }: Hour, hour: number): void {
  const unread = isRead ? {} : { error: UNREACHABLE }
  recordReport(history, comparedAt(hour, isRead ? driftsOf(drifts) : [], [], unread), isTold ? CONTEXT : null)
  history.releaseWaiting(CONTEXT, timeAt(hour))
}

function deliver(history: ServiceHistory, { outcome, isEnabled }: Hour, hour: number): void {
  const now = timeAt(hour)
  for (const { id } of history.dueDeliveries(now, 1)) settle(history, id, outcome, hour)
  if (isEnabled) for (const { channel } of CONTEXT.routes) history.enableChannel(channel, timeAt(hour - 3), now)
}

function settle(history: ServiceHistory, id: string, outcome: Hour['outcome'], hour: number): void {
  const now = timeAt(hour)
  if (outcome === 'none') return
  if (outcome === 'shelved') assert.equal(history.shelveDelivery(id, 'gone', now), true)
  else assert.equal(history.settleDelivery(id, { step: stepOf(outcome, hour), now, configured: '' }), true)
  const isOver = outcome !== 'pending'
  assert.equal(history.pendingDelivery(id) === null, isOver)
  assert.equal(history.shelveDelivery(id, 'gone', now), !isOver)
}

function stepOf(state: DeliveryStep['state'], hour: number): DeliveryStep {
  if (state === 'sent') return { state, reference: null }
  return state === 'pending'
    ? { state, nextAt: Date.parse(timeAt(hour + 2)), reason: 'timeout' }
    : { state, reason: 'gone' }
}

function messages(history: ServiceHistory): readonly DeliveryRecord[] {
  const any = { state: null, channel: null, report: null, name: NAME }
  return history.deliveryPage(any, ALL).items.toReversed()
}

/** The documents of messages that are new: later ones may be settled. */
function remember(history: ServiceHistory, told: Map<string, DriftReport>): void {
  for (const { id } of messages(history)) {
    const document = told.has(id) ? null : history.pendingDelivery(id)?.document
    if (document) told.set(id, document)
  }
}

/** Due is what is oldest of its channel, up to the first that waits. */
function checkOrder(history: ServiceHistory, now: string): void {
  const pending = messages(history).filter(({ state }) => state === 'pending')
  const expected = [...Map.groupBy(pending, ({ channel }) => channel).values()].flatMap((ofChannel) => {
    const waits = ofChannel.findIndex(({ nextAt }) => nextAt! > now)
    return (waits < 0 ? ofChannel : ofChannel.slice(0, waits)).map(({ id }) => id)
  })
  const due = history.dueDeliveries(now, 1_000).map(({ id }) => id)
  assert.deepEqual(due.toSorted(), expected.toSorted())
  assert.equal(history.deliveryCounts().pending, pending.length)
}

/** Who reads the messages of a channel in their order, and keeps a list, has what the ledger has. */
function checkTold(history: ServiceHistory, told: ReadonlyMap<string, DriftReport>): void {
  const filter = { states: ['open'], severity: null, kinds: null, namespace: null, cluster: null } as const
  const scope = { definitions: null, namespaces: null }
  const found = history.driftPage({ ...filter, definition: NAME }, scope, ALL).items
  const open = found.filter(({ item }) => item.layer !== 'finding').map(({ fingerprint }) => fingerprint)
  for (const { channel } of CONTEXT.routes) {
    const list = new Set<string>()
    for (const message of messages(history).filter((one) => one.channel === channel)) {
      const document = told.get(message.id)
      assert.ok(document, message.id)
      keepList(list, document)
    }
    assert.deepEqual([...list].toSorted(), open.toSorted(), channel)
  }
  assert.equal(history.ledgerDefinitions()[0]?.name, REQUEST.name)
}

function keepList(list: Set<string>, document: DriftReport): void {
  for (const { fingerprint } of ITEM_LISTS.flatMap((name) => document[name])) list.add(fingerprint)
  for (const { fingerprint } of document.resolved) list.delete(fingerprint)
}
