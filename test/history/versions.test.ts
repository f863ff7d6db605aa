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

/** So many that the first of them are not stored as rows. */
function crowd(revision: string, count = 150): Applied {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`app-${n}`, revision]))
}

function without(applied: Applied, name: string): Applied {
  return Object.fromEntries(Object.entries(applied).filter(([key]) => key !== name))
}

function stepsOf(history: Pick<History, 'versionSteps'>, name: string): string[] {
  return stepsIn(history).filter((step) => step.split(' ')[1] === name)
}

test('a cluster of many applications begins, goes on and ends like one of few', (t) => {
  const { history } = serviceIn(t)
  const all = crowd('main@sha1:aa')
  history.saveSnapshot(taken(1, all))
  assert.deepEqual(
    stepsIn(history),
    Object.keys(all)
      .sort()
      .map((name) => `production ${name} main@sha1:aa 1 ?`),
  )
  history.saveSnapshot(taken(2, { ...all, 'app-7': 'v1.0.0@sha1:bb', job: 'main@sha1:cc' }))
  history.saveSnapshot(taken(3, { ...without(all, 'app-9'), 'app-7': 'v1.1.0@sha1:cc' }))
  history.saveSnapshot(taken(3, crowd('main@sha1:ee'), { cluster: 'staging', id: 'snap_s' }))
  assert.deepEqual(
    stepsOf(history, 'app-7').map((step) => step.replace('main@sha1:', '')),
    ['production app-7 aa 1 ?', 'production app-7 v1.0.0 2 1', 'production app-7 v1.1.0 3 2', 'staging app-7 ee 3 ?'],
  )
  assert.deepEqual(stepsOf(history, 'app-9').slice(0, 2), [
    'production app-9 main@sha1:aa 1 ?',
    'production app-9 absent 3 2',
  ])
  assert.deepEqual(stepsOf(history, 'job'), ['production job main@sha1:cc 2 1', 'production job absent 3 2'])
  assert.equal(stepsIn(history, ['staging']).length, 150)
  assert.equal(stepsIn(history).length, 150 + 150 + 2 + 1 + 2)

  const steps = history.prune({ before: dayOf(5), keepLatest: 1, now: dayOf(10) })
  while (steps.next().done !== true);
  // What went has left nothing by which it would be there again.
  assert.deepEqual(stepsOf(history, 'app-9'), ['staging app-9 main@sha1:ee 3 ?'])
  assert.deepEqual(stepsOf(history, 'app-7'), ['production app-7 v1.1.0 3 2', 'staging app-7 main@sha1:ee 3 ?'])
  assert.deepEqual(stepsOf(history, 'job'), [])
  assert.equal(stepsIn(history).length, 149 + 150)
})

test('where nearly all of many applications change or vanish, each has its first step before that', (t) => {
  const { history } = historyIn(t)
  history.saveSnapshot(taken(1, crowd('main@sha1:aa')))
  history.saveSnapshot(taken(2, without(crowd('main@sha1:aa'), 'app-149')))
  assert.deepEqual(stepsOf(history, 'app-149'), [
    'production app-149 main@sha1:aa 1 ?',
    'production app-149 absent 2 1',
  ])
  history.saveSnapshot(taken(3, crowd('main@sha1:cc', 120)))
  assert.deepEqual(stepsOf(history, 'app-5'), [
    'production app-5 main@sha1:aa 1 ?',
    'production app-5 main@sha1:cc 3 2',
  ])
  assert.deepEqual(stepsOf(history, 'app-130'), [
    'production app-130 main@sha1:aa 1 ?',
    'production app-130 absent 3 2',
  ])
  assert.equal(stepsIn(history).length, 150 + 120 + 30)
})

test('what many applications showed first is compared with what follows', (t) => {
  const { history } = historyIn(t)
  history.saveSnapshot(taken(1, crowd('main@sha1:aa')))
  const same = snapshotOf(
    'snap_2',
    Object.keys(crowd('')).map((name) => ({
      name,
      // Another status that tells the same version.
      status: { status: { lastAppliedRevision: 'main@sha1:aa', readiness: 'Progressing' } },
    })),
    { takenAt: dayOf(2), ...coverage('complete') },
  )
  history.saveSnapshot(same.snapshot)
  assert.equal(stepsIn(history).length, 150)
  const tried = { lastAppliedRevision: 'main@sha1:aa', lastAttemptedRevision: 'main@sha1:bb', readiness: 'Failed' }
  const { snapshot } = snapshotOf(
    'snap_3',
    Object.keys(crowd('')).map((name) => ({
      name,
      status: { status: name === 'app-1' ? tried : { lastAppliedRevision: 'main@sha1:aa', readiness: 'Progressing' } },
    })),
    { takenAt: dayOf(3), ...coverage('complete') },
  )
  history.saveSnapshot(snapshot)
  const ofOne = history.versionSteps(null).filter(({ ref }) => ref.name === 'app-1')
  assert.deepEqual(
    ofOne.map(({ revision, attempted }) => [revision, attempted]),
    [
      ['main@sha1:aa', null],
      ['main@sha1:aa', 'main@sha1:bb'],
    ],
  )
})
