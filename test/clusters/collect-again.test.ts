import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../../src/model/errors.ts'
import { displayRef } from '../../src/model/resource-ref.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import type { Progress } from '../../src/service/ports.ts'
import { collectFrom, contentOf, knownFrom, refs, SHOP } from './collect-support.ts'
import { configMap, hasCode, helmRelease, secret, startOne } from './support.ts'

function valuesOf(snapshot: Snapshot, name: string): unknown {
  const { digest } = snapshot.entries.find(({ ref }) => ref.name === name && ref.kind === 'HelmRelease')!
  return (snapshot.body(digest) as { spec?: { values?: unknown } }).spec?.values
}

test('a second reading that knows the first gives the same snapshot as one that knows nothing', async (t) => {
  const many = Array.from({ length: 7 }, (_, n) =>
    helmRelease(`release-${n}`, 'apps', { valuesFrom: [{ kind: 'ConfigMap', name: `values-${n}` }], values: { n } }),
  )
  const values = Array.from({ length: 7 }, (_, n) => configMap(`values-${n}`, 'apps', { 'values.yaml': `n: ${n}\n` }))
  const cluster = await startOne(t, { objects: [...SHOP, ...many, ...values], maxPageSize: 2 })
  const known = knownFrom(await collectFrom(t, cluster))
  cluster.apply(helmRelease('release-3', 'apps', { valuesFrom: [{ kind: 'ConfigMap', name: 'values-0' }] }))
  cluster.apply(helmRelease('release-7', 'apps', { values: { n: 7 } }))
  cluster.remove({ group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'apps', name: 'release-5' })
  const [knowing, fresh] = [await collectFrom(t, cluster, { known }), await collectFrom(t, cluster)]
  assert.deepEqual(contentOf(knowing), contentOf(fresh))
  assert.ok(known.asked.length > 0, 'unchanged bodies come from the first reading')
  assert.equal(refs(knowing).filter((ref) => ref.startsWith('ConfigMap/')).length, 6)
})

test('a Secret that takes a value which stands in an unchanged object: it is masked there, without another list', async (t) => {
  const plain = helmRelease('plain', 'apps', { values: { motto: 'say CANARY-orchid-77421 aloud' } })
  const cluster = await startOne(t, { objects: [...SHOP, plain] })
  const first = await collectFrom(t, cluster)
  assert.deepEqual(valuesOf(first, 'plain'), { motto: 'say CANARY-orchid-77421 aloud' })
  cluster.apply(secret('shop-secrets', 'apps', { 'values.yaml': 'password: CANARY-orchid-77421\n' }))
  cluster.resetRequests()
  const fresh = await collectFrom(t, cluster)
  const sent = cluster.countByVerb()
  cluster.resetRequests()
  const known = knownFrom(first)
  const knowing = await collectFrom(t, cluster, { known })
  assert.deepEqual(cluster.countByVerb(), sent)
  assert.doesNotMatch(JSON.stringify(contentOf(knowing)), /orchid/)
  assert.deepEqual(contentOf(knowing), contentOf(fresh))
  assert.deepEqual(known.asked, [])
})

test('a known Secret is masked anew where another of its keys is read as YAML', async (t) => {
  const keys = secret('keys', 'apps', { a: 'user: CANARY-one\n', b: 'user: CANARY-two\n' })
  const naming = (name: string, valuesKey: string): object =>
    helmRelease(name, 'apps', { valuesFrom: [{ kind: 'Secret', name: 'keys', valuesKey }] })
  const cluster = await startOne(t, { objects: [naming('one', 'a'), keys] })
  const known = knownFrom(await collectFrom(t, cluster))
  assert.deepEqual(contentOf(await collectFrom(t, cluster, { known })), contentOf(await collectFrom(t, cluster)))
  cluster.apply(naming('two', 'b'))
  const more = await collectFrom(t, cluster, { known })
  assert.deepEqual(contentOf(more), contentOf(await collectFrom(t, cluster)))
  cluster.remove({ group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'apps', name: 'one' })
  const other = await collectFrom(t, cluster, { known: knownFrom(more) })
  assert.deepEqual(contentOf(other), contentOf(await collectFrom(t, cluster)))
})

test('an object that is read in another version of its API is read anew, though nobody wrote it since', async (t) => {
  const cluster = await startOne(t, { objects: SHOP })
  const first = await collectFrom(t, cluster)
  const known = knownFrom(first)
  const older = [...known.byUid].map(([uid, entry]) => [uid, { ...entry, version: 'v2beta2' }] as const)
  const second = await collectFrom(t, cluster, { known: { ...known, byUid: new Map(older) } })
  assert.deepEqual(contentOf(second), contentOf(first))
  assert.deepEqual(known.asked, [])
})

test('what only a discarded page referred to is not in the snapshot', async (t) => {
  const naming = (name: string): object => helmRelease('a', 'apps', { valuesFrom: [{ kind: 'Secret', name }] })
  const cluster = await startOne(t, {
    objects: [
      naming('one'),
      ...['b', 'c'].map((name) => helmRelease(name)),
      secret('one', 'apps', {}),
      secret('two', 'apps', {}),
    ],
    maxPageSize: 2,
    faults: [{ match: { path: /helmreleases/, page: 2, nth: 1 }, action: { kind: 'expired' } }],
  })
  let isChanged = false
  const progress = ({ step, kind, objects }: Progress): void => {
    if (isChanged || step !== 'list' || kind !== 'HelmRelease' || objects !== 2) return
    isChanged = true
    cluster.apply(naming('two'))
  }
  const snapshot = await collectFrom(t, cluster, { progress })
  assert.deepEqual(refs(snapshot), [
    'HelmRelease/apps/a',
    'HelmRelease/apps/b',
    'HelmRelease/apps/c',
    'Secret/apps/two',
  ])
  const named = snapshot.references.filter(({ use }) => use === 'values').map(({ to }) => displayRef(to))
  assert.deepEqual(named, ['Secret/apps/two'])
})

test('a history that cannot be read ends the run: it is no fault of the cluster', async (t) => {
  const cluster = await startOne(t, { objects: SHOP })
  const source = collectFrom(t, cluster, {
    lookUp: () => {
      throw new AppError('history-corrupt', 'the history x is damaged')
    },
  })
  await assert.rejects(source, hasCode('history-corrupt'))
})
