import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NotCompared } from '../../../src/model/drift-report.ts'
import { calmReport, type Interruption } from '../../../src/service/reports/interruptions.ts'
import { driftReport } from '../../report/sample-drift-report.ts'
import { timeAt } from '../ledger/ledger-fixtures.ts'

const KIND: NotCompared = { cluster: 'edge', kinds: ['HelmRelease'], reason: 'forbidden', fresh: true }

/** What is told in each of these hours, where edge could be read or not: `unread`, `read` again, or nothing. */
function toldIn(hours: readonly (readonly [hour: number, isRead: boolean])[]): (string | null)[] {
  let interruptions: readonly Interruption[] = []
  let wasRead = true
  return hours.map(([hour, isRead]) => {
    const unread = { cluster: 'edge', kinds: [], reason: 'cluster-unreachable', fresh: wasRead }
    const made = driftReport({
      at: timeAt(hour),
      notCompared: isRead ? [] : [unread],
      comparedAgain: isRead && !wasRead ? ['edge'] : [],
    })
    const calm = calmReport(made, interruptions)
    interruptions = calm.interruptions
    wasRead = isRead
    assert.deepEqual(
      calm.report.notCompared.map(({ cluster }) => cluster),
      isRead ? [] : ['edge'],
      'it stays listed',
    )
    if (calm.report.comparedAgain.length > 0) return 'read'
    return calm.report.notCompared[0]?.fresh ? 'unread' : null
  })
}

test('an interruption is told once, and its end', () => {
  const hours = [
    [1, true],
    [2, false],
    [3, false],
    [9, false],
    [10, true],
    [11, true],
  ] as const
  assert.deepEqual(toldIn(hours), [null, 'unread', null, null, 'read', null])
})

test('of a cluster that comes and goes two are told in a day', () => {
  const hours = Array.from({ length: 28 }, (_, hour) => [hour, hour % 2 === 1] as const)
  const told = toldIn(hours)
  assert.deepEqual(told.slice(0, 4), ['unread', 'read', 'unread', 'read'])
  assert.deepEqual(
    told.slice(4, 24),
    told.slice(4, 24).map(() => null),
  )
  // Those of hours 0 and 2 are a day old then.
  assert.deepEqual(told.slice(24), ['unread', 'read', 'unread', 'read'])
})

test('a further one is told when it has lasted for three hours, and then its end too', () => {
  const flapping = [
    [0, false],
    [1, true],
    [2, false],
    [3, true],
    [4, false],
    [5, true],
  ] as const
  const lasting = [
    [6, false],
    [7, false],
    [8.9, false],
    [9, false],
    [10, false],
    [11, true],
  ] as const
  assert.deepEqual(toldIn([...flapping, ...lasting]).slice(6), [null, null, null, 'unread', null, 'read'])
})

test('kinds that cannot be read, and their return, are told as they come', () => {
  const gone = { cluster: 'edge', at: timeAt(1), told: false, isOver: true }
  const made = driftReport({ at: timeAt(2), notCompared: [KIND], comparedAgain: ['staging'] })
  assert.deepEqual(calmReport(made, [gone]).report, made)
})
