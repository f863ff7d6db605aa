import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Comparison, Drift, Finding } from '../../src/model/comparison.ts'
import type { ServiceHistory } from '../../src/history/service-history.ts'
import { openHistoryReader } from '../../src/history/service-history.ts'
import type { DriftFilter, DriftRecord } from '../../src/service/ledger/ledger-store.ts'
import type { RunRequest } from '../../src/service/runs.ts'
import { comparedAt, DEFINITION, driftOf, findingOf, QUESTION, timeAt } from '../service/ledger/ledger-fixtures.ts'
import { historyIn, MIGRATIONS, serviceIn, snapshotOf } from './fixtures.ts'

const REQUEST: RunRequest = { ...QUESTION, explain: false }
const ANY: DriftFilter = { states: [], severity: null, kinds: null, namespace: null, cluster: null, definition: null }
const ALL = { definitions: null, namespaces: null }
const PAGE = { limit: 100, cursor: null }

/** Takes the snapshots of an hour and records a run over them that found this. */
function record(
  history: ServiceHistory,
  hour: number,
  drifts: readonly Drift[],
  { findings = [], request = REQUEST }: { findings?: readonly Finding[]; request?: RunRequest } = {},
): void {
  const now = timeAt(hour)
  const compared = comparedAt(hour, drifts, findings)
  const id = `${compared.id}_${request.ignore.length}`
  for (const { name, snapshot, takenAt } of compared.clusters) {
    const revision = `main@sha1:${name}${hour}`
    const status = { status: { lastAppliedRevision: revision, reconciled: true } }
    const sketches = drifts.map(({ ref }) => ({ name: ref.name, status }))
    if (history.snapshotHeader(snapshot) === null)
      history.saveSnapshot(snapshotOf(snapshot, sketches, { cluster: name, takenAt }).snapshot)
  }
  const sides = compared.clusters.map(({ name, snapshot }) => ({
    cluster: name,
    pool: 'p',
    snapshot,
    newJob: `j_${name}`,
  }))
  history.createRun({ id, request, requestedBy: 'ada', sides, idempotency: null }, now)
  assert.deepEqual(history.recordComparison(id, 0, { comparison: { ...compared, id }, report: null }, now), {
    refused: false,
  })
}

function paged(history: ServiceHistory, filter: Partial<DriftFilter> = {}): readonly DriftRecord[] {
  return history.driftPage({ ...ANY, ...filter }, ALL, PAGE).items
}

function pathsOf(records: readonly DriftRecord[]): string[] {
  return records.map(({ item }) => item.ref?.name ?? item.path).sort()
}

test('a recorded comparison brings the ledger up to date, with the revisions of its snapshots', (t) => {
  const { history } = serviceIn(t)
  record(history, 1, [driftOf('a'), driftOf('b')])
  record(history, 2, [driftOf('a', { production: '7m', severity: 'high' })])
  const [a] = paged(history, { states: ['open'] })
  assert.deepEqual([a?.definition.id, a?.item.ref?.name, a?.severity, a?.sightings], [DEFINITION.id, 'a', 'high', 2])
  assert.deepEqual([a?.firstSeen, a?.lastSeen], [timeAt(1), timeAt(2)])
  assert.deepEqual(a?.since, {
    at: timeAt(1),
    comparison: 'run_1_0',
    snapshots: { staging: 'snap_s1', production: 'snap_p1' },
    before: null,
    revisions: { staging: 'main@sha1:staging1', production: 'main@sha1:production1' },
  })
  const timeline = history.driftTimeline(a.id)
  assert.deepEqual(
    timeline.map(({ kind, at, revisions }) => [kind, at, revisions['production']]),
    [
      ['appeared', timeAt(1), 'main@sha1:production1'],
      ['changed', timeAt(2), 'main@sha1:production2'],
      ['worsened', timeAt(2), 'main@sha1:production2'],
    ],
  )
  assert.deepEqual(pathsOf(paged(history, { states: ['resolved'] })), ['b'])
  const [definition] = history.ledgerDefinitions()
  assert.deepEqual([definition?.id, definition?.head.comparison], [DEFINITION.id, 'run_2_0'])
  assert.deepEqual(
    history.driftNews(DEFINITION.id, 0, 100).map(({ kind, sequence }) => [sequence, kind]),
    [
      [1, 'appeared'],
      [2, 'appeared'],
      [3, 'changed'],
      [4, 'worsened'],
      [5, 'resolved'],
    ],
  )
  assert.deepEqual(
    history.driftNews(DEFINITION.id, 4, 100).map(({ drift }) => drift),
    [paged(history, { states: ['resolved'] })[0]?.id],
  )
})

test('what only goes on is counted, and a comparison of older snapshots changes nothing', (t) => {
  const { history } = serviceIn(t)
  const many = Array.from({ length: 50 }, (_, index) => driftOf(`n${index}`))
  for (const hour of [1, 2, 3]) record(history, hour, many)
  const before = paged(history)
  assert.equal(before.length, 50)
  assert.ok(
    before.every(({ sightings, streak, lastSeen }) => sightings === 3 && streak === 3 && lastSeen === timeAt(3)),
  )
  record(history, 0, [])
  assert.deepEqual(paged(history), before)
})

test('definitions do not mix: other rules are another question', (t) => {
  const { history } = serviceIn(t)
  record(history, 1, [driftOf('a')])
  record(history, 1, [], { request: { ...REQUEST, ignore: ['spec.interval'] } })
  assert.deepEqual(
    paged(history).map(({ state }) => state),
    ['open'],
  )
  assert.equal(history.ledgerDefinitions().length, 2)
})

test('filters and limits: state, severity, kind, namespace, cluster, definition, secrets', (t) => {
  const { history } = serviceIn(t)
  const ref = { group: '', kind: 'Secret', namespace: 'shop', name: 'token' }
  const secret = driftOf('token', { severity: 'high', layer: 'presence', path: '' }, { ref })
  record(history, 1, [driftOf('a'), secret], { findings: [findingOf('dangling-reference', { ref: driftOf('a').ref })] })
  assert.deepEqual(pathsOf(paged(history, { severity: 'high' })), ['token'])
  assert.deepEqual(pathsOf(paged(history, { kinds: ['Kustomization'] })), ['a', 'a'])
  assert.deepEqual(pathsOf(paged(history, { namespace: 'shop' })), ['token'])
  assert.deepEqual(pathsOf(paged(history, { cluster: 'staging' })), [])
  assert.equal(paged(history, { cluster: 'production', definition: DEFINITION.id }).length, 3)
  assert.equal(paged(history, { definition: 'def_other' }).length, 0)
  const within = (definitions: readonly { id: string; secrets: boolean }[], namespaces: readonly string[] | null) =>
    pathsOf(history.driftPage(ANY, { definitions, namespaces }, PAGE).items)
  assert.deepEqual(within([], null), [])
  assert.deepEqual(within([{ id: DEFINITION.id, secrets: false }], null), ['a', 'a'])
  assert.deepEqual(within([{ id: DEFINITION.id, secrets: true }], ['apps']), ['a'])
})

test('what came together is listed most severe first, then by name', (t) => {
  const { history } = serviceIn(t)
  record(history, 1, [
    driftOf('b', { severity: 'high' }),
    driftOf('z', { severity: 'critical' }),
    driftOf('a', { severity: 'high' }),
  ])
  record(history, 2, [driftOf('low'), driftOf('a', { severity: 'high' })])
  assert.deepEqual(
    paged(history).map(({ item }) => item.ref?.name),
    ['low', 'z', 'a', 'b'],
  )
})

test('pages follow each other, newest first, and foreign cursors are refused', (t) => {
  const { history } = serviceIn(t)
  record(
    history,
    1,
    ['a', 'b', 'c'].map((name) => driftOf(name)),
  )
  const first = history.driftPage(ANY, ALL, { limit: 2, cursor: null })
  const second = history.driftPage(ANY, ALL, { limit: 2, cursor: first.next })
  assert.deepEqual([first.items.length, second.items.length, second.next], [2, 1, null])
  assert.deepEqual(pathsOf([...first.items, ...second.items]), ['a', 'b', 'c'])
  assert.throws(() => history.listRuns({ phase: null }, { limit: 2, cursor: first.next }), { code: 'input-invalid' })
})

test('notes are kept with who and when, in the entry and in its timeline', (t) => {
  const { history, path } = serviceIn(t)
  record(history, 1, [driftOf('a')])
  const [{ id }] = paged(history) as [DriftRecord]
  const noted = history.noteDrift(id, { do: 'acknowledge', by: 'ada', reason: 'known', owner: 'team' }, timeAt(2))
  assert.deepEqual(noted?.acknowledged, { by: 'ada', at: timeAt(2), reason: 'known', owner: 'team' })
  history.noteDrift(id, { do: 'mute', by: 'bob', until: timeAt(9), reason: 'rollout' }, timeAt(3))
  history.noteDrift(id, { do: 'unacknowledge', by: 'ada' }, timeAt(4))
  assert.deepEqual(
    history.driftTimeline(id).map(({ kind, by, reason, until }) => [kind, by, reason, until]),
    [
      ['appeared', null, null, null],
      ['acknowledged', 'ada', 'known', null],
      ['muted', 'bob', 'rollout', timeAt(9)],
      ['unacknowledged', 'ada', null, null],
    ],
  )
  assert.equal(history.noteDrift('drift_none', { do: 'unmute', by: 'ada' }, timeAt(4)), null)
  record(history, 5, [driftOf('a')])
  const reader = openHistoryReader({ path, migrations: MIGRATIONS, engine: '1.0.0' })
  t.after(() => reader.close())
  const kept = reader.driftRecord(id)
  assert.deepEqual([reader.driftIds(id.slice(0, 12)), reader.driftIds('drift_zz')], [[id], []])
  assert.deepEqual([kept?.id, kept?.muted?.by, kept?.acknowledged], [id, 'bob', null])
  assert.equal(reader.driftRecord('drift_zz'), null)
})

test('the ledger of a refused comparison, and of one that fails to be stored, is as it was', (t) => {
  const { history } = serviceIn(t)
  record(history, 1, [driftOf('a')])
  const again: Comparison = { ...comparedAt(2, []), id: 'run_1_0' }
  assert.equal(history.recordComparison('run_1_0', 0, { comparison: again, report: null }, timeAt(2)).refused, true)
  const tracked = { definition: DEFINITION, now: timeAt(3), snapshots: null }
  assert.throws(() => history.saveComparison({ ...comparedAt(3, []), id: 'run_1_0' }, tracked))
  assert.deepEqual(
    paged(history).map(({ state, lastSeen }) => [state, lastSeen]),
    [['open', timeAt(1)]],
  )
})

test('retention removes what was resolved, old events, and definitions that nobody compares any more', (t) => {
  const { history } = serviceIn(t)
  const prune = (hour: number) => {
    const steps = history.prune({ before: timeAt(hour), keepLatest: 1, now: timeAt(90) })
    for (;;) {
      const step = steps.next()
      if (step.done) return step.value.drift
    }
  }
  record(history, 1, [driftOf('a'), driftOf('b')])
  record(history, 2, [driftOf('b')])
  record(history, 5, [driftOf('b')])
  assert.equal(prune(2), 0)
  assert.equal(prune(3), 1)
  const [b] = paged(history) as [DriftRecord]
  assert.deepEqual([b.item.ref?.name, b.state, history.driftTimeline(b.id)], ['b', 'open', []])
  assert.equal(prune(6), 1)
  assert.deepEqual([paged(history), history.ledgerDefinitions()], [[], []])
})

test('the command line keeps a ledger in its own history, from the snapshots that it holds', (t: TestContext) => {
  const { history } = historyIn(t)
  const compared = comparedAt(1, [driftOf('a')])
  const rolling = { status: { reconciled: false } }
  const snapshots = compared.clusters.map(
    ({ name, snapshot, takenAt }) =>
      snapshotOf(snapshot, [{ name: 'a', status: rolling }], { cluster: name, takenAt }).snapshot,
  )
  history.saveComparison(compared, { definition: DEFINITION, now: timeAt(1), snapshots })
  assert.deepEqual(
    history.driftPage(ANY, ALL, PAGE).items.map(({ state }) => state),
    ['settling'],
  )
})
