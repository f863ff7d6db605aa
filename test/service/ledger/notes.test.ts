import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMuted, noteEntry } from '../../../src/service/ledger/notes.ts'
import { after, comparedAt, driftOf, EMPTY, timeAt } from './ledger-fixtures.ts'

const OPEN = after(EMPTY, comparedAt(1, [driftOf('a')])).entries[0]!

test('an acknowledgement holds who, when, why and for whom, and can be taken back once', () => {
  const note = { do: 'acknowledge', by: 'ada', reason: 'until friday', owner: 'team-a' } as const
  const { entry, event } = noteEntry(OPEN, note, timeAt(2))
  assert.deepEqual(entry.acknowledged, { by: 'ada', at: timeAt(2), reason: 'until friday', owner: 'team-a' })
  assert.deepEqual(
    [event?.kind, event?.by, event?.reason, event?.owner],
    ['acknowledged', 'ada', 'until friday', 'team-a'],
  )
  const back = noteEntry(entry, { do: 'unacknowledge', by: 'bob' }, timeAt(3))
  assert.deepEqual([back.entry.acknowledged, back.event?.kind, back.event?.by], [null, 'unacknowledged', 'bob'])
  assert.equal(noteEntry(back.entry, { do: 'unacknowledge', by: 'bob' }, timeAt(4)).event, null)
})

test('a mute ends by itself, or when it is taken back', () => {
  const { entry, event } = noteEntry(OPEN, { do: 'mute', by: 'ada', until: timeAt(9), reason: null }, timeAt(2))
  assert.deepEqual([event?.kind, event?.until], ['muted', timeAt(9)])
  assert.deepEqual(
    [isMuted(entry, timeAt(8)), isMuted(entry, timeAt(9)), isMuted(OPEN, timeAt(8))],
    [true, false, false],
  )
  assert.equal(noteEntry(entry, { do: 'unmute', by: 'ada' }, timeAt(3)).entry.muted, null)
  assert.equal(noteEntry(OPEN, { do: 'unmute', by: 'ada' }, timeAt(3)).event, null)
})

test('empty reasons, times that are over, and resolved drift are refused', () => {
  const refused = { code: 'input-invalid' }
  assert.throws(() => noteEntry(OPEN, { do: 'acknowledge', by: 'a', reason: ' ', owner: null }, timeAt(2)), refused)
  assert.throws(() => noteEntry(OPEN, { do: 'mute', by: 'a', until: timeAt(2), reason: null }, timeAt(2)), refused)
  assert.throws(() => noteEntry(OPEN, { do: 'mute', by: 'a', until: 'soon', reason: null }, timeAt(2)), refused)
  const resolved = { ...OPEN, state: 'resolved' } as const
  assert.throws(() => noteEntry(resolved, { do: 'acknowledge', by: 'a', reason: 'x', owner: null }, timeAt(2)), refused)
})
