import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import type { Snapshot } from '../../src/model/snapshot.ts'
import type { History } from '../../src/service/ports.ts'
import { digestOf, historyIn, open, plain, snapshotOf, type ObjectSketch } from './fixtures.ts'

const PODINFO: ObjectSketch = {
  name: 'podinfo',
  body: { spec: { interval: '1m' } },
  status: { revision: 'main@sha1:1' },
}

test('a snapshot comes back as it was saved, with everything that it has', (t) => {
  const { history } = historyIn(t)
  const ref = (kind: string, name: string) => ({ group: '', kind, namespace: 'apps', name })
  const reference = {
    from: ref('Kustomization', 'podinfo'),
    optional: false,
    use: 'substitute',
    yamlKey: null,
  } as const
  const { snapshot } = snapshotOf('snap_1', [PODINFO, { name: 'redis' }], {
    references: [
      { ...reference, field: 'spec.postBuild.substituteFrom[0]', to: ref('ConfigMap', 'vars'), state: 'present' },
      { ...reference, field: 'spec.postBuild.substituteFrom[1]', to: ref('Secret', 'vars'), state: 'forbidden' },
      { ...reference, from: ref('Kustomization', 'redis'), field: 'x', to: ref('Secret', 'vars'), state: 'absent' },
    ],
    events: [{ ref: ref('Kustomization', 'podinfo'), type: 'Warning', reason: 'HealthCheckFailed', count: 3 }],
    namespaces: ['apps', 'infra'],
    served: [{ group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', version: 'v1', served: ['v1', 'v1beta2'] }],
    coverage: [
      coverageOf('Kustomization', 'complete', ['11', null, '12']),
      coverageOf('HelmRelease', 'forbidden', [null]),
      coverageOf('Bucket', 'not-installed', []),
    ],
  })
  history.saveSnapshot(snapshot)
  assert.deepEqual(plain(history.loadSnapshot('production', 'latest', snapshot.namespaces)!), plain(snapshot))
})

test('a snapshot of some namespaces never stands for the whole cluster', (t) => {
  const { history } = historyIn(t)
  save(history, 'snap_1', { takenAt: '2026-11-21T07:00:00Z' })
  save(history, 'snap_2', { takenAt: '2026-11-21T08:00:00Z', namespaces: ['b', 'a'] })
  save(history, 'snap_3', { takenAt: '2026-11-21T09:00:00Z', namespaces: ['c'] })
  const idOf = (namespaces: readonly string[] | null): string | undefined =>
    history.loadSnapshot('production', 'latest', namespaces)?.id
  assert.equal(idOf(null), 'snap_1')
  assert.equal(idOf(['a', 'b']), 'snap_2')
  assert.equal(idOf(['a']), 'snap_1')
  assert.equal(history.loadSnapshot(null, { id: 'snap_3' })?.id, 'snap_3')
})

test('keys such as __proto__, numbers and control characters come back as they were', (t) => {
  const { history } = historyIn(t)
  const body = JSON.parse(
    '{"__proto__":{"x":1},"10":1,"9":2,"n":{"$number":"9007199254740993"},"\\u0000":"\\ud800\\n"}',
  )
  const { snapshot } = snapshotOf('snap_1', [{ name: 'odd', body }])
  history.saveSnapshot(snapshot)
  const loaded = history.loadSnapshot('production', 'latest')!
  assert.equal(digestOf(loaded.body(loaded.entries[0]!.digest)), digestOf(body))
  assert.deepEqual(plain(loaded), plain(snapshot))
})

test('whatever is saved loads equal, whatever was saved before it', (t) => {
  const { history } = historyIn(t)
  const object = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    namespace: fc.constantFrom('x', 'y'),
    resourceVersion: fc.constantFrom('1', '2'),
    body: fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<string>, { maxKeys: 3 }),
    status: fc.constantFrom({ ready: 'True' }, { ready: 'False' }),
  })
  const objects = fc.uniqueArray(object, { selector: ({ name, namespace }) => `${namespace}/${name}` })
  let count = 0
  fc.assert(
    fc.property(objects, (sketches) => {
      count += 1
      const { snapshot } = snapshotOf(`snap_${count}`, sketches)
      history.saveSnapshot(snapshot)
      assert.deepEqual(plain(history.loadSnapshot('production', 'latest')!), plain(snapshot))
    }),
  )
})

test('latest, previous, a time and an id select among the snapshots of one cluster', (t) => {
  const { history } = historyIn(t)
  save(history, 'snap_aa1', { takenAt: '2026-11-21T07:00:00Z' })
  save(history, 'snap_aa2', { takenAt: '2026-11-21T08:00:00+00:00' })
  save(history, 'snap_b', { takenAt: '2026-11-21T09:00:00Z' })
  save(history, 'snap_other', { cluster: 'staging', takenAt: '2026-11-21T07:30:00Z' })
  const idOf = (selector: Parameters<History['loadSnapshot']>[1], cluster = 'production'): string | undefined =>
    history.loadSnapshot(cluster, selector)?.id
  assert.equal(idOf('latest'), 'snap_b')
  assert.equal(idOf('previous'), 'snap_aa2')
  assert.equal(idOf({ at: '2026-11-21T08:00:00Z' }), 'snap_aa2')
  assert.equal(idOf({ at: '2026-11-21T08:59:59.999+01:00' }), 'snap_aa1')
  assert.equal(idOf({ at: '2026-11-21T06:59:59Z' }), undefined)
  assert.equal(idOf({ id: 'snap_aa1' }), 'snap_aa1')
  assert.equal(idOf({ id: 'snap_b' }), 'snap_b')
  assert.equal(idOf({ id: 'snap_o' }), undefined)
  assert.equal(idOf({ id: 'snap_%' }), undefined)
  assert.equal(idOf({ id: '' }), undefined)
  assert.throws(() => idOf({ id: 'snap_a' }), { code: 'snapshot-unknown' })
  assert.throws(() => idOf({ at: 'yesterday' }), { code: 'input-invalid' })
  assert.equal(idOf('latest', 'staging'), 'snap_other')
  assert.equal(idOf('previous', 'staging'), undefined)
  assert.equal(idOf('latest', 'nowhere'), undefined)
})

test('an id that another id begins with is still that id', (t) => {
  const { history } = historyIn(t)
  save(history, 'snap_12')
  save(history, 'snap_1')
  assert.equal(history.loadSnapshot('production', { id: 'snap_1' })?.id, 'snap_1')
})

test('the newest is the one that came last, even where the clock was set back', (t) => {
  const { history } = historyIn(t)
  save(history, 'snap_1', { takenAt: '2026-11-21T08:00:00Z' })
  save(history, 'snap_2', { takenAt: '2026-11-21T07:00:00Z' })
  assert.equal(history.loadSnapshot('production', 'latest')?.id, 'snap_2')
  assert.equal(history.loadSnapshot('production', 'previous')?.id, 'snap_1')
})

test('a snapshot of a cluster that could not be read is kept, but only its id selects it', (t) => {
  const { history } = historyIn(t)
  save(history, 'snap_1')
  const error = { code: 'cluster-unreachable', message: 'production: no answer', hint: 'Check the network.' } as const
  history.saveSnapshot(snapshotOf('snap_2', [], { error, coverage: [] }).snapshot)
  assert.equal(history.loadSnapshot('production', 'latest')?.id, 'snap_1')
  assert.equal(history.loadSnapshot('production', 'previous'), null)
  assert.deepEqual(history.loadSnapshot('production', { id: 'snap_2' })?.error, error)
  assert.deepEqual(
    history.listSnapshots({ cluster: null, limit: 9 }).map(({ id, error }) => [id, error?.code]),
    [
      ['snap_2', 'cluster-unreachable'],
      ['snap_1', undefined],
    ],
  )
  assert.equal(history.known('production')?.byUid.size, 1)
})

test('lists say how many objects there are and how many changed', (t) => {
  const { history } = historyIn(t)
  const objects: ObjectSketch[] = [{ name: 'a' }, { name: 'b', status: { ready: 'True' } }, { name: 'c' }]
  const [a, b, c] = objects as [ObjectSketch, ObjectSketch, ObjectSketch]
  const rounds: Record<string, [ObjectSketch[], Partial<Snapshot>?]> = {
    first: [objects],
    same: [objects],
    'another resource version': [objects.map((object) => ({ ...object, resourceVersion: '2' }))],
    'another state': [[a, { ...b, status: { ready: 'False' } }, c]],
    'one spec, one new, one gone': [[a, { ...b, body: { spec: 1 } }, { name: 'd' }]],
    'gone, but perhaps only unread': [[a], { coverage: [coverageOf('Kustomization', 'partial', [null])] }],
    'another mask, same versions': [[{ ...a, body: { spec: 'masked otherwise' } }], { mask: '2:k:equality' }],
    'another mask, another version': [[{ ...a, resourceVersion: '3' }], { mask: '3:k:equality' }],
  }
  for (const [id, [sketches, header]] of Object.entries(rounds)) {
    history.saveSnapshot(snapshotOf(id, sketches, header).snapshot)
  }
  assert.deepEqual(
    history
      .listSnapshots({ cluster: 'production', limit: 9 })
      .map(({ id, objects, changed }) => [id, objects, changed]),
    [
      ['another mask, another version', 1, 1],
      ['another mask, same versions', 1, 0],
      ['gone, but perhaps only unread', 1, 0],
      ['one spec, one new, one gone', 3, 3],
      ['another state', 3, 0],
      ['another resource version', 3, 0],
      ['same', 3, 0],
      ['first', 3, 0],
    ],
  )
  assert.equal(history.listSnapshots({ cluster: null, limit: 2 }).length, 2)
  assert.deepEqual(history.listSnapshots({ cluster: 'staging', limit: 2 }), [])
})

test('known objects are those of the last good snapshot under the same engine', (t) => {
  const { history } = historyIn(t)
  assert.equal(history.known('production'), null)
  const { snapshot } = snapshotOf('snap_1', [{ ...PODINFO, resourceVersion: '42' }])
  history.saveSnapshot(snapshot)
  const known = history.known('production')!
  const { statusDigest } = snapshot.entries[0]!
  assert.deepEqual(
    [known.engine, known.mask, known.secretSet, known.schemaSet],
    ['1.0.0', '1:k:equality', 'set', 'schemas'],
  )
  assert.deepEqual([...known.byUid], [['uid-apps-podinfo', snapshot.entries[0]]])
  assert.deepEqual(known.body(statusDigest!), { revision: 'main@sha1:1' })
  assert.throws(() => known.body(digestOf('never stored')), { code: 'history-corrupt' })
  history.saveSnapshot(snapshotOf('snap_2', [PODINFO], { engine: '0.9.0' }).snapshot)
  assert.equal(history.known('production'), null)
})

test('no body is asked for that is stored already, by whichever cluster', (t) => {
  const { history } = historyIn(t)
  const first = snapshotOf('snap_1', [PODINFO, { name: 'redis' }])
  history.saveSnapshot(first.snapshot)
  assert.equal(first.asked.length, 3)
  const again = snapshotOf('snap_2', [{ ...PODINFO, resourceVersion: '2' }, { name: 'redis' }])
  history.saveSnapshot(again.snapshot)
  const elsewhere = snapshotOf('snap_3', [PODINFO, { name: 'redis' }], { cluster: 'staging' })
  history.saveSnapshot(elsewhere.snapshot)
  assert.deepEqual([again.asked, elsewhere.asked], [[], []])
  const changed = snapshotOf('snap_4', [{ ...PODINFO, body: { spec: { interval: '2m' } } }, { name: 'redis' }])
  history.saveSnapshot(changed.snapshot)
  assert.deepEqual(changed.asked, [digestOf({ spec: { interval: '2m' } })])
})

test('entries that a run was lent are stored as any others, whoever stored something meanwhile', (t) => {
  const { history, path } = historyIn(t)
  const objects = ['a', 'b', 'c', 'd'].map((name) => ({ name }))
  history.saveSnapshot(snapshotOf('snap_1', objects).snapshot)
  const { byUid } = history.known('production')!
  const changed = { name: 'b', body: { spec: { interval: '2m' } }, resourceVersion: '9' }
  const { snapshot } = snapshotOf('snap_2', [objects[0]!, changed, { ...objects[2]!, resourceVersion: '9' }])
  // `a` is the very entry that was lent, `c` another with the same content, `d` is gone.
  const entries = snapshot.entries.map((entry) => (entry.ref.name === 'a' ? byUid.get(entry.uid!)! : entry))
  history.saveSnapshot({ ...snapshot, entries, reused: byUid })
  assert.deepEqual(plain(history.loadSnapshot('production', 'latest')!), plain(snapshot))
  const late = open(path)
  t.after(() => late.close())
  late.saveSnapshot(snapshotOf('snap_3', [{ name: 'e' }]).snapshot)
  history.saveSnapshot({ ...snapshot, id: 'snap_4', entries, reused: byUid })
  assert.deepEqual(
    history.listSnapshots({ cluster: 'production', limit: 9 }).map(({ id, changed }) => [id, changed]),
    [
      ['snap_4', 4],
      ['snap_3', 4],
      ['snap_2', 2],
      ['snap_1', 0],
    ],
  )
})

test('a snapshot that cannot be stored whole is not stored at all', (t) => {
  const { history, path } = historyIn(t)
  save(history, 'snap_1')
  const { snapshot } = snapshotOf('snap_2', [
    { name: 'one', body: { a: 1 } },
    { name: 'two', body: { b: 2 } },
  ])
  const { body } = snapshot
  const before = countRows(path)
  const fails = (digest: string) => {
    if (digest === snapshot.entries[1]!.digest) throw new Error('the cluster went away')
    return body(digest)
  }
  assert.throws(() => history.saveSnapshot({ ...snapshot, body: fails }), /the cluster went away/)
  assert.deepEqual(countRows(path), before)
  assert.throws(() => save(history, 'snap_1'), { code: 'SQLITE_CONSTRAINT_UNIQUE' })
  assert.equal(history.loadSnapshot('production', 'latest')?.id, 'snap_1')
  history.saveSnapshot(snapshot)
  assert.deepEqual(plain(history.loadSnapshot('production', 'latest')!), plain(snapshot))
})

test('what is saved together is kept as a whole or not at all', (t) => {
  const { history } = historyIn(t)
  const [one, two] = ['snap_1', 'snap_2'].map((id) => snapshotOf(id, [{ name: id }]).snapshot)
  const save = (isWhole: boolean) => () => {
    history.saveSnapshot(one!)
    history.saveSnapshot(two!)
    if (!isWhole) throw new Error('half way')
  }
  assert.throws(() => history.together(save(false)), /half way/)
  assert.deepEqual(history.listSnapshots({ cluster: null, limit: 9 }), [])
  history.together(save(true))
  assert.equal(history.listSnapshots({ cluster: null, limit: 9 }).length, 2)
})

test('altered or lost content is found when it is read', (t) => {
  const { history, path } = historyIn(t)
  history.saveSnapshot(snapshotOf('snap_1', [PODINFO]).snapshot)
  const loaded = history.loadSnapshot('production', 'latest')!
  const damaged = new RegExp(path)
  alter(path, `UPDATE documents SET json = '{"spec":{"interval":"9m"}}' WHERE json LIKE '%1m%'`)
  assert.throws(() => loaded.body(loaded.entries[0]!.digest), { code: 'history-corrupt', message: damaged })
  alter(path, `UPDATE lines SET texts = replace(texts, 'podinfo', 'phished')`)
  assert.throws(() => history.loadSnapshot('production', 'latest'), { code: 'history-corrupt', message: damaged })
  alter(path, 'DELETE FROM lines')
  assert.throws(() => history.loadSnapshot('production', 'latest'), { code: 'history-corrupt', message: /lacks line/ })
})

test('an unchanged snapshot costs at most 2 KiB, and twenty that change by 1 % half of the first', (t) => {
  const { history, path } = historyIn(t)
  const object = (index: number, round: number): ObjectSketch => ({
    name: `app-${String(index).padStart(4, '0')}`,
    resourceVersion: String(index % 100 < round ? 100_000 + (index % 100) : index),
    body: { spec: { round: index % 100 < round ? index % 100 : -1, values: `${index} `.repeat(500) } },
    status: { revision: 'main@sha1:1' },
  })
  const round = (number: number) => Array.from({ length: 1000 }, (_, index) => object(index, number))
  history.saveSnapshot(snapshotOf('snap_0', round(0)).snapshot)
  const one = usedBytes(path)
  for (let number = 1; number <= 19; number += 1)
    history.saveSnapshot(snapshotOf(`snap_${number}`, round(number)).snapshot)
  const twenty = usedBytes(path)
  for (let number = 0; number < 50; number += 1) {
    const coverage = [coverageOf('Kustomization', 'complete', [String(5000 + number)])]
    history.saveSnapshot(snapshotOf(`same_${number}`, round(19), { coverage }).snapshot)
  }
  assert.ok(twenty <= 1.5 * one, `${twenty} bytes against ${one}`)
  // The coverage above is another document once; the fifty snapshots share it.
  assert.ok(usedBytes(path) - twenty <= 50 * 2048, `${usedBytes(path) - twenty} bytes for fifty unchanged snapshots`)
})

function coverageOf(
  kind: string,
  status: Snapshot['coverage'][number]['status'],
  versions: readonly (string | null)[],
): Snapshot['coverage'][number] {
  const scopes = versions.map((resourceVersion, index) => ({
    namespace: versions.length === 1 ? null : `ns-${index}`,
    verb: 'list' as const,
    status,
    reason: null,
    resourceVersion,
  }))
  return { group: 'kustomize.toolkit.fluxcd.io', kind, version: 'v1', status, objects: 0, scopes }
}

function save(history: History, id: string, header: Partial<Snapshot> = {}): void {
  history.saveSnapshot(snapshotOf(id, [PODINFO], header).snapshot)
}

function alter(path: string, sql: string): void {
  const db = new Database(path)
  db.exec(sql)
  db.close()
}

function countRows(path: string): unknown {
  const db = new Database(path, { readonly: true })
  try {
    return ['documents', 'lists', 'snapshots'].map((table) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
  } finally {
    db.close()
  }
}

function usedBytes(path: string): number {
  const db = new Database(path, { readonly: true })
  try {
    return Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }))
  } finally {
    db.close()
  }
}
