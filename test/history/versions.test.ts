import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CoverageStatus } from '../../src/model/coverage.ts'
import { AppError } from '../../src/model/errors.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import type { History } from '../../src/service/ports.ts'
import { historyIn, serviceIn, snapshotOf } from './fixtures.ts'

/** Revisions by name of Kustomization. */
type Applied = Readonly<Record<string, string>>

function taken(day: number, applied: Applied, header: Partial<Snapshot> = {}): Snapshot {
  const sketches = Object.entries(applied).map(([name, revision]) => ({
    name,
    resourceVersion: `${day}`,
    status: { status: { lastAppliedRevision: revision, lastAttemptedRevision: revision, readiness: 'Ready' } },
  }))
  return snapshotOf(`snap_${day}`, sketches, { takenAt: dayOf(day), ...coverage('complete'), ...header }).snapshot
}

function dayOf(day: number): string {
  return `2026-11-${String(day).padStart(2, '0')}T07:00:00.000Z`
}

function stepsIn(history: Pick<History, 'versionSteps'>, clusters: readonly string[] | null = null): string[] {
  return history.versionSteps(clusters).map(({ cluster, ref, version, revision, since, after }) => {
    const days = [since, after].map((time) => (time === null ? '?' : Number(time.slice(8, 10))))
    return [cluster, ref.name, version ?? revision ?? 'absent', ...days].join(' ')
  })
}

function coverage(status: CoverageStatus): Pick<Snapshot, 'coverage'> {
  const scopes = [{ namespace: null, verb: 'list', status, reason: null, resourceVersion: null } as const]
  const kind = { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', version: 'v1' } as const
  const releases = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', version: 'v2' } as const
  return { coverage: [kind, releases].map((one) => ({ ...one, status, objects: 0, scopes })) }
}

test('a snapshot adds a step where another version is applied', (t) => {
  const { history } = historyIn(t)
  history.saveSnapshot(taken(1, { web: 'main@sha1:aa', api: 'v1.0.0@sha1:bb' }))
  history.saveSnapshot(taken(2, { web: 'main@sha1:aa', api: 'v1.0.0@sha1:bb' }))
  history.saveSnapshot(taken(4, { web: 'main@sha1:cc', api: 'v1.0.0@sha1:bb', job: 'main@sha1:cc' }))
  history.saveSnapshot(taken(4, { web: 'main@sha1:dd' }, { cluster: 'staging', id: 'snap_s' }))
  assert.deepEqual(stepsIn(history), [
    'production api v1.0.0 1 ?',
    'production job main@sha1:cc 4 2',
    'production web main@sha1:aa 1 ?',
    'production web main@sha1:cc 4 2',
    'staging web main@sha1:dd 4 ?',
  ])
  assert.deepEqual(stepsIn(history, ['staging']), ['staging web main@sha1:dd 4 ?'])
})

test('an application is gone only where its kind was read as a whole', (t) => {
  const { history } = historyIn(t)
  history.saveSnapshot(taken(1, { web: 'main@sha1:aa' }))
  history.saveSnapshot(taken(2, {}, coverage('partial')))
  history.saveSnapshot(taken(3, {}, coverage('forbidden')))
  history.saveSnapshot(taken(4, { web: 'main@sha1:aa' }))
  assert.deepEqual(stepsIn(history), ['production web main@sha1:aa 1 ?'])
  history.saveSnapshot(taken(5, {}))
  history.saveSnapshot(taken(6, {}))
  history.saveSnapshot(taken(7, { web: 'main@sha1:aa' }))
  assert.deepEqual(stepsIn(history), [
    'production web main@sha1:aa 1 ?',
    'production web absent 5 4',
    'production web main@sha1:aa 7 6',
  ])
})

test('what went while its kind could not be read, or other namespaces were, is gone all the same', (t) => {
  const { history } = historyIn(t)
  history.saveSnapshot(taken(1, { web: 'main@sha1:aa', api: 'main@sha1:aa' }))
  history.saveSnapshot(taken(2, { api: 'main@sha1:aa' }, coverage('partial')))
  history.saveSnapshot(taken(3, { api: 'main@sha1:aa' }))
  assert.deepEqual(stepsIn(history), [
    'production api main@sha1:aa 1 ?',
    'production web main@sha1:aa 1 ?',
    'production web absent 3 1',
  ])
  history.saveSnapshot(taken(4, { api: 'main@sha1:aa', job: 'main@sha1:aa' }, { namespaces: ['apps'] }))
  history.saveSnapshot(taken(5, { api: 'main@sha1:aa' }))
  assert.deepEqual(stepsIn(history).slice(1, 3), ['production job main@sha1:aa 4 3', 'production job absent 5 4'])
})

test('what came while its kind could not be read is of unknown age', (t) => {
  const { history } = historyIn(t)
  history.saveSnapshot(taken(1, {}, coverage('forbidden')))
  history.saveSnapshot(taken(2, { web: 'main@sha1:aa' }))
  assert.deepEqual(stepsIn(history), ['production web main@sha1:aa 2 ?'])
  history.saveSnapshot(taken(3, { web: 'main@sha1:aa', api: 'main@sha1:aa' }))
  assert.deepEqual(stepsIn(history), ['production api main@sha1:aa 3 2', 'production web main@sha1:aa 2 ?'])
})

test('a cluster that could not be read, or in part only, changes nothing', (t) => {
  const { history } = historyIn(t)
  history.saveSnapshot(taken(1, { web: 'main@sha1:aa' }))
  const error = new AppError('cluster-unreachable', 'production does not answer').toDocument()
  history.saveSnapshot(taken(2, {}, { error, coverage: [] }))
  const scopes = [
    { namespace: 'other', verb: 'list', status: 'complete', reason: null, resourceVersion: null } as const,
  ]
  const inOther = coverage('complete').coverage.map((row) => ({ ...row, scopes }))
  history.saveSnapshot(taken(3, {}, { namespaces: ['other'], coverage: inOther }))
  assert.deepEqual(stepsIn(history), ['production web main@sha1:aa 1 ?'])
  history.saveSnapshot(taken(4, { web: 'main@sha1:cc' }))
  assert.deepEqual(stepsIn(history), ['production web main@sha1:aa 1 ?', 'production web main@sha1:cc 4 1'])
})

test('a status that is stored already is not asked for', (t) => {
  const { history } = historyIn(t)
  const web = { name: 'web', status: { status: { lastAppliedRevision: 'main@sha1:aa' } } }
  history.saveSnapshot(snapshotOf('snap_1', [web], { takenAt: dayOf(1) }).snapshot)
  // The spec is another one, the status is not: a collector that knows it does not send it again.
  const { snapshot } = snapshotOf('snap_2', [{ ...web, body: { spec: { suspend: true } } }], { takenAt: dayOf(2) })
  const { statusDigest } = snapshot.entries[0]!
  const body: Snapshot['body'] = (digest) => {
    if (digest === statusDigest) throw new Error('not at hand')
    return snapshot.body(digest)
  }
  history.saveSnapshot({ ...snapshot, body })
  assert.deepEqual(stepsIn(history), ['production web main@sha1:aa 1 ?'])
})

test('a snapshot that is stored late does not turn the order around', (t) => {
  const { history } = historyIn(t)
  history.saveSnapshot(taken(1, { web: 'main@sha1:aa' }))
  history.saveSnapshot(taken(5, { web: 'main@sha1:cc' }))
  history.saveSnapshot(taken(3, { web: 'main@sha1:bb' }))
  history.saveSnapshot(taken(6, { web: 'main@sha1:bb' }))
  assert.deepEqual(stepsIn(history), [
    'production web main@sha1:aa 1 ?',
    'production web main@sha1:cc 5 1',
    'production web main@sha1:bb 5 5',
  ])
})

test('of what is old, that stays which was so when the kept time began', (t) => {
  const { history } = serviceIn(t)
  history.saveSnapshot(taken(1, { web: 'main@sha1:aa', api: 'main@sha1:aa', job: 'main@sha1:aa' }))
  history.saveSnapshot(taken(2, { web: 'main@sha1:bb', api: 'main@sha1:aa', job: 'main@sha1:bb' }))
  history.saveSnapshot(taken(3, { web: 'main@sha1:cc', api: 'main@sha1:aa' }))
  history.saveSnapshot(taken(9, { web: 'main@sha1:dd', api: 'main@sha1:aa' }))
  const steps = history.prune({ before: dayOf(5), keepLatest: 1, now: dayOf(10) })
  while (steps.next().done !== true);
  assert.deepEqual(stepsIn(history), [
    'production api main@sha1:aa 1 ?',
    'production web main@sha1:cc 3 2',
    'production web main@sha1:dd 9 3',
  ])
})
