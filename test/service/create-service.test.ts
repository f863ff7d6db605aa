import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Comparison } from '../../src/model/comparison.ts'
import { renderJson } from '../../src/report/json.ts'
import type { Rendered } from '../../src/service/service.ts'
import { hasCode } from '../clusters/support.ts'
import { fleetCluster } from './fleet.ts'
import { accessOf, EVERYONE, fillLane, queryOf, rigFor, type Rig } from './service-rig.ts'

const ALL = { limit: 100, cursor: null }
const MINUTE = 60_000

function three(): ReturnType<typeof fleetCluster>[] {
  return [fleetCluster('staging'), fleetCluster('production', { replicas: 2 }), fleetCluster('edge', { replicas: 3 })]
}

/** Snapshots of these clusters, taken now. */
async function takeAll({ service, work }: Rig, names: readonly string[]): Promise<void> {
  for (const name of names) await service.requestSnapshot(EVERYONE, name, null)
  await work()
}

function documentOf(answer: { readonly rendered: Rendered } | { readonly run: unknown }): Comparison {
  assert.ok('rendered' in answer)
  return JSON.parse(String(answer.rendered.body)) as Comparison
}

test('a requested comparison is stored, delivered and given in every format', async (t) => {
  const { service, work, wakes } = await rigFor(t, { clusters: three() })
  const run = await service.requestComparison(EVERYONE, queryOf({ targets: ['production', 'edge'] }), null)
  assert.deepEqual(
    [run.phase, run.request.clusters, run.requestedBy],
    ['queued', ['staging', 'production', 'edge'], 'ada'],
  )
  assert.equal(wakes(), 1)
  await assert.rejects(service.comparison(EVERYONE, run.id), hasCode('not-finished', /run_.* is queued/))
  await work()
  const done = await service.run(EVERYONE, run.id)
  assert.deepEqual([done.phase, done.verdict], ['done', 'drifted'])
  const comparison = await service.comparison(EVERYONE, run.id)
  assert.equal(comparison.id, run.id)
  const json = await service.renderComparison(EVERYONE, run.id, 'json')
  assert.equal(json.body, renderJson(comparison))
  assert.deepEqual(await service.renderComparison(EVERYONE, run.id, 'json'), json)
  for (const format of ['yaml', 'markdown', 'html', 'junit', 'table', 'wide', 'name']) {
    const other = await service.renderComparison(EVERYONE, run.id, format)
    assert.notEqual(other.etag, json.etag)
  }
  await assert.rejects(service.renderComparison(EVERYONE, run.id, 'pdf'), hasCode('input-invalid', /pdf/))
  const rows = await service.differences(
    EVERYONE,
    run.id,
    { severity: null, layer: null, kind: null, namespace: 'a', name: null, cluster: 'edge' },
    ALL,
  )
  assert.ok(rows.items.length > 0)
  assert.ok(rows.items.every(({ ref, difference }) => ref.namespace === 'a' && 'edge' in difference.changes))
})

test('names are looked up: slugs, labels, what is near, twice, too few, unknown kinds', async (t) => {
  const rig = await rigFor(t, {
    clusters: three(),
    configured: { production: { slug: 'prod', labels: { env: 'live' } }, edge: { labels: { env: 'live' } } },
  })
  const ask = (change: Parameters<typeof queryOf>[0]) => rig.service.requestComparison(EVERYONE, queryOf(change), null)
  assert.deepEqual((await ask({ targets: ['prod'] })).request.clusters, ['staging', 'production'])
  const labelled = await ask({ targets: [], labels: { env: 'live' } })
  assert.deepEqual(labelled.request.clusters, ['staging', 'production', 'edge'])
  const both = await ask({ baseline: 'edge', targets: ['staging'], labels: { env: 'live' } })
  assert.deepEqual(both.request.clusters, ['edge', 'staging', 'production'])
  const none = await ask({ baseline: null, targets: ['staging', 'edge'] })
  assert.deepEqual([none.request.baseline, none.request.clusters], [null, ['staging', 'edge']])
  const short = await ask({ kinds: ['hr', 'ks'], resource: 'hr/a/shop', namespaces: ['a', 'a'] })
  assert.deepEqual(short.request.filter, {
    kinds: ['HelmRelease', 'Kustomization'],
    namespaces: ['a'],
    selector: null,
    resource: { kind: 'HelmRelease', namespace: 'a', name: 'shop' },
  })
  await assert.rejects(ask({ targets: ['prodution'] }), (error: { code: string; hint: string }) => {
    assert.equal(error.code, 'not-found')
    assert.match(error.hint, /Did you mean production\?/)
    return true
  })
  await assert.rejects(ask({ targets: ['staging'] }), hasCode('same-side-twice', /staging is given twice/))
  await assert.rejects(ask({ targets: ['production', 'prod'] }), hasCode('same-side-twice'))
  await assert.rejects(ask({ targets: [] }), hasCode('input-invalid', /needs two clusters/))
  await assert.rejects(ask({ labels: { env: 'nowhere' } }), hasCode('input-invalid', /env=nowhere/))
  await assert.rejects(ask({ labels: {} }), hasCode('input-invalid', /labels is empty/))
  await assert.rejects(ask({ kinds: ['Pod'] }), hasCode('input-invalid', /Pod is not a Flux kind/))
  await assert.rejects(ask({ resource: 'HelmRelease/shop' }), hasCode('input-invalid', /Kind\/namespace\/name/))
  await assert.rejects(ask({ selector: 'a in (' }), hasCode('input-invalid'))
  await assert.rejects(ask({ ignore: ['a[0]'] }), hasCode('input-invalid'))
})

test('without a limit on the age the last good snapshots stand, even where the cluster failed since', async (t) => {
  const rig = await rigFor(t, { clusters: three() })
  const { service, later } = rig
  await takeAll(rig, ['staging', 'production'])
  later(90 * MINUTE)
  await rig.cluster('production').stop()
  await takeAll(rig, ['production'])
  const reader = accessOf({})
  const comparison = documentOf(await service.compare(reader, queryOf({}), 'json', 0))
  assert.deepEqual(
    comparison.clusters.map(({ takenAt, error }) => [takenAt, error]),
    [
      ['2026-11-21T12:00:00.000Z', null],
      ['2026-11-21T12:00:00.000Z', null],
    ],
  )
  const view = await service.cluster(reader, 'production')
  assert.deepEqual(
    [view.reachable, view.error?.code, view.lastGoodSnapshot?.error],
    ['no', 'cluster-unreachable', null],
  )
  assert.notEqual(view.lastSnapshot?.id, view.lastGoodSnapshot?.id)
  // Within the limit the newest try counts, also one that failed: the comparison says so.
  const limited = documentOf(await service.compare(reader, queryOf({ age: 120 * MINUTE }), 'json', 0))
  assert.equal(limited.verdict, 'incomplete')
  assert.equal(limited.clusters[1]?.error?.code, 'cluster-unreachable')
})

test('what is kept is answered at once, with the same bytes for the same question', async (t) => {
  const rig = await rigFor(t, { clusters: three() })
  await takeAll(rig, ['staging', 'production'])
  const { service } = rig
  const first = await service.compare(accessOf({}), queryOf({}), 'json', 0)
  assert.deepEqual(await service.compare(EVERYONE, queryOf({}), 'json', 0), first)
  const other = await service.compare(EVERYONE, queryOf({ kinds: ['HelmRelease'] }), 'json', 0)
  assert.notEqual(documentOf(other).id, documentOf(first).id)
  await rig.close()
  assert.deepEqual(await service.compare(EVERYONE, queryOf({}), 'json', 0), first, 'reads go on without the queue')
})

test('a limit on the age makes a run where it must, and waits for it', async (t) => {
  const rig = await rigFor(t, { clusters: three() })
  const { service, later } = rig
  await takeAll(rig, ['staging', 'production'])
  later(10 * MINUTE)
  await takeAll(rig, ['production'])
  rig.workWhenWoken()
  const mixed = documentOf(await service.compare(EVERYONE, queryOf({ age: 5 * MINUTE }), 'json', 30_000))
  assert.ok(mixed.clusters.every(({ takenAt }) => takenAt >= '2026-11-21T12:10'))
  const runs = await service.listRuns(EVERYONE, { phase: null, cluster: null }, ALL)
  assert.deepEqual(
    runs.items.map(({ id, sides }) => [id, sides.map(({ job }) => job !== null)]),
    [[mixed.id, [true, false]]],
  )
  const fresh = documentOf(await service.compare(EVERYONE, queryOf({ age: 'fresh' }), 'json', 30_000))
  assert.notDeepEqual(
    fresh.clusters.map(({ snapshot }) => snapshot),
    mixed.clusters.map(({ snapshot }) => snapshot),
  )
})

test('when the wait is over the run is given instead, to poll', async (t) => {
  const rig = await rigFor(t, { clusters: three() })
  const answer = await rig.service.compare(EVERYONE, queryOf({ age: 'fresh' }), 'json', 2_000)
  assert.ok('run' in answer)
  assert.equal(answer.run.phase, 'queued')
  const again = await rig.service.compare(EVERYONE, queryOf({ age: 'fresh' }), 'json', 0)
  assert.ok('run' in again)
  assert.equal(again.run.id, answer.run.id, 'asking again joins the run that waits')
  const other = await rig.service.compare(EVERYONE, queryOf({ age: 'fresh', kinds: ['hr'] }), 'json', 0)
  assert.ok('run' in other)
  assert.notEqual(other.run.id, answer.run.id)
  await rig.work()
  assert.equal((await rig.service.run(EVERYONE, answer.run.id)).phase, 'done')
})

test('a caller who may not start work is told what to do instead', async (t) => {
  const rig = await rigFor(t, { clusters: three() })
  const reader = accessOf({})
  await assert.rejects(
    rig.service.compare(reader, queryOf({}), 'json', 0),
    hasCode('not-found', /no snapshot of staging, production is kept/),
  )
  await takeAll(rig, ['staging', 'production'])
  await assert.rejects(rig.service.compare(reader, queryOf({ age: 'fresh' }), 'json', 0), hasCode('forbidden'))
  await assert.rejects(rig.service.requestSnapshot(reader, 'staging', null), hasCode('forbidden', /scope trigger/))
  await assert.rejects(rig.service.requestComparison(reader, queryOf({}), null), hasCode('forbidden'))
  await assert.rejects(rig.service.cancelRun(reader, 'run_1'), hasCode('forbidden'))
})

test('an idempotency key gives the same run again, and refuses another request', async (t) => {
  const { service } = await rigFor(t, { clusters: three() })
  const ask = (digest: string) => service.requestComparison(EVERYONE, queryOf({}), { key: 'k', digest })
  assert.equal((await ask('one')).id, (await ask('one')).id)
  await assert.rejects(ask('two'), hasCode('idempotency-mismatch'))
  const snap = (digest: string) => service.requestSnapshot(EVERYONE, 'edge', { key: 'j', digest })
  assert.equal((await snap('one')).job.id, (await snap('one')).job.id)
  assert.equal((await service.listRuns(EVERYONE, { phase: null, cluster: null }, ALL)).items.length, 1)
})

test('a full queue refuses new work, and nothing of it is stored; joining what is in flight needs no place', async (t) => {
  const rig = await rigFor(t, { clusters: three(), limits: { queueDepth: 3 } })
  const { service, history, queue } = rig
  await service.requestSnapshot(EVERYONE, 'staging', null)
  await fillLane(queue, 3)
  await assert.rejects(service.requestSnapshot(EVERYONE, 'edge', null), hasCode('queue-full'))
  await assert.rejects(service.requestComparison(EVERYONE, queryOf({}), null), hasCode('queue-full'))
  assert.deepEqual(
    history.unfinished().jobs.map(({ cluster }) => cluster),
    ['staging'],
  )
  assert.equal((await service.requestSnapshot(EVERYONE, 'staging', null)).joined, true)
})

test('only so many comparisons wait for snapshots', async (t) => {
  const { service } = await rigFor(t, { clusters: three(), limits: { queueDepth: 2 } })
  const ask = () => service.requestComparison(EVERYONE, queryOf({ age: 'fresh' }), null)
  await ask()
  await ask()
  await assert.rejects(ask(), hasCode('queue-full', /2 comparisons wait/))
})

test('without the queue writes are refused before anything is stored, and readiness says so', async (t) => {
  const { service, history, close } = await rigFor(t, { clusters: three() })
  assert.deepEqual(await service.readiness(), { database: true, queue: true })
  await close()
  await assert.rejects(service.requestSnapshot(EVERYONE, 'edge', null), hasCode('queue-unavailable'))
  await assert.rejects(service.requestComparison(EVERYONE, queryOf({}), null), hasCode('queue-unavailable'))
  assert.deepEqual(history.unfinished(), { jobs: [], runs: [] })
  assert.deepEqual(history.listRuns({ phase: null }, ALL).items, [])
  assert.deepEqual(await service.readiness(), { database: true, queue: false })
  history.close()
  assert.deepEqual(await service.readiness(), { database: false, queue: false })
})

test('one cancels what one asked for; others need the scope admin', async (t) => {
  const { service } = await rigFor(t, { clusters: three() })
  const bob = accessOf({ scope: 'trigger' })
  const mine = await service.requestComparison(bob, queryOf({}), null)
  const foreign = await service.requestComparison(EVERYONE, queryOf({}), null)
  await assert.rejects(service.cancelRun(bob, foreign.id), hasCode('forbidden', /requested by ada/))
  assert.equal((await service.cancelRun(bob, mine.id)).phase, 'cancelled')
  assert.equal((await service.cancelRun(EVERYONE, foreign.id)).phase, 'cancelled')
  await assert.rejects(service.comparison(EVERYONE, mine.id), hasCode('not-found', /was cancelled/))
  await assert.rejects(service.cancelRun(bob, 'run_0'), hasCode('not-found'))
})

test('a job is watched from its present state to its end', async (t) => {
  const rig = await rigFor(t, { clusters: three() })
  const { job } = await rig.service.requestSnapshot(EVERYONE, 'edge', null)
  const seen: string[] = []
  for await (const event of await rig.service.watchJob(EVERYONE, job.id, new AbortController().signal)) {
    seen.push(`${event.type} ${event.job.phase}`)
    if (seen.length === 1) await rig.work()
  }
  assert.equal(seen[0], 'progress queued')
  assert.equal(seen.at(-1), 'done done')
  const again = await Array.fromAsync(await rig.service.watchJob(EVERYONE, job.id, new AbortController().signal))
  assert.deepEqual(
    again.map(({ type }) => type),
    ['done'],
  )
  await assert.rejects(rig.service.watchJob(EVERYONE, 'job_0', new AbortController().signal), hasCode('not-found'))
})

test('watching ends when its reader goes away, and a job that failed ends in an error', async (t) => {
  const rig = await rigFor(t, { clusters: three() })
  const { job } = await rig.service.requestSnapshot(EVERYONE, 'edge', null)
  const left = new AbortController()
  for await (const event of await rig.service.watchJob(EVERYONE, job.id, left.signal)) {
    assert.equal(event.type, 'progress')
    left.abort()
  }
  await rig.cluster('edge').stop()
  await rig.work()
  const [last] = await Array.fromAsync(await rig.service.watchJob(EVERYONE, job.id, new AbortController().signal))
  assert.deepEqual([last?.type, last?.job.error?.code], ['error', 'cluster-unreachable'])
})

test('snapshots are listed, read, exported; an object over the clusters', async (t) => {
  const rig = await rigFor(t, { clusters: three() })
  await takeAll(rig, ['staging', 'production', 'edge'])
  const { service } = rig
  const list = await service.listSnapshots(EVERYONE, { cluster: null }, { limit: 2, cursor: null })
  assert.equal(list.items.length, 2)
  const rest = await service.listSnapshots(EVERYONE, { cluster: null }, { limit: 2, cursor: list.next })
  assert.deepEqual([rest.items.length, rest.next], [1, null])
  const one = await service.listSnapshots(EVERYONE, { cluster: 'edge' }, ALL)
  const [{ id, cluster, objects }] = one.items as [(typeof one.items)[number]]
  assert.deepEqual([one.items.length, cluster], [1, 'edge'])
  const view = await service.snapshot(EVERYONE, id)
  assert.deepEqual([view.objects, view.kubernetes, view.namespaces], [objects, 'v1.36.2', null])
  const exported = JSON.parse(String((await service.exportSnapshot(EVERYONE, id)).body)) as { objects: unknown[] }
  assert.equal(exported.objects.length, objects)
  const page = await service.snapshotObjects(EVERYONE, id, { kind: 'cm', namespace: null }, ALL)
  assert.deepEqual(
    page.items.map(({ ref }) => ref.name),
    ['shop-values'],
  )
  await assert.rejects(service.snapshot(EVERYONE, 'snap_0'), hasCode('not-found'))
  const across = await service.objectAcross(EVERYONE, { kind: 'secret', namespace: 'a', name: 'shop-secret' }, null)
  assert.deepEqual(
    across.variants.map(({ clusters }) => clusters),
    [['staging', 'production', 'edge']],
  )
  const some = await service.objectAcross(EVERYONE, { kind: 'hr', namespace: 'a', name: 'shop' }, ['edge', 'staging'])
  assert.deepEqual(some.presence, { edge: 'present', staging: 'present' })
  await assert.rejects(
    service.objectAcross(EVERYONE, { kind: 'hr', namespace: 'a', name: 'nothing' }, null),
    hasCode('not-found'),
  )
})
