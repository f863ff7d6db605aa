import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { createFingerprintKey } from '../../src/flux/fingerprint.ts'
import { AppError } from '../../src/model/errors.ts'
import type { Access } from '../../src/service/access.ts'
import type { ConfiguredCluster } from '../../src/service/runs.ts'
import { fleetCluster, PLANTED, type FleetOptions } from './fleet.ts'
import { namedComparison } from './named-comparison.ts'
import { accessOf, EVERYONE, queryOf, rigFor, type Rig } from './service-rig.ts'

const ALL = { limit: 100, cursor: null }
const KEY = createFingerprintKey(randomBytes(32))
const NO_FILTER = { severity: null, layer: null, kind: null, namespace: null, name: null, cluster: null }

type Setting = {
  readonly staging?: FleetOptions
  readonly production?: FleetOptions
  readonly configured?: Readonly<Record<string, Partial<ConfiguredCluster>>>
}

/** Snapshots of both clusters, a finished run over them, and a job in flight; ids are the same each time. */
async function prepared(t: TestContext, setting: Setting): Promise<Rig> {
  const rig = await rigFor(t, {
    key: KEY,
    clusters: [
      fleetCluster('staging', setting.staging),
      fleetCluster('production', { replicas: 2, ...setting.production }),
    ],
    ...(setting.configured ? { configured: setting.configured } : {}),
    comparisons: [namedComparison('prod-vs-staging')],
  })
  await rig.service.requestComparison(EVERYONE, queryOf({ age: 'fresh', explain: true }), null)
  await rig.work()
  await rig.service.requestSnapshot(EVERYONE, 'staging', null)
  return rig
}

/** What every method answers or refuses, by its name; for the things that `prepared` makes. */
async function everyAnswer({ service, history }: Rig, access: Access): Promise<Record<string, unknown>> {
  const runs = history.listRuns({ phase: null }, ALL).items.map(({ id }) => id)
  const jobs = history.listJobs({ cluster: null, phase: null }, ALL).items.map(({ id }) => id)
  const snapshots = history.snapshotPage({ clusters: null }, ALL).items.map(({ id }) => id)
  const answers: Record<string, unknown> = {}
  const ask = async (name: string, asked: () => Promise<unknown>): Promise<void> => {
    answers[name] = await asked().catch((error: unknown) => {
      assert.ok(error instanceof AppError && error.code !== 'internal', `${name}: ${String(error)}`)
      return { refused: error.toDocument() }
    })
  }
  await ask('listClusters', () => service.listClusters(access))
  for (const name of ['staging', 'production']) await ask(`cluster ${name}`, () => service.cluster(access, name))
  await ask('listSnapshots', () => service.listSnapshots(access, { cluster: null }, ALL))
  await ask('listSnapshots of one', () => service.listSnapshots(access, { cluster: 'production' }, ALL))
  for (const id of snapshots) {
    await ask(`snapshot ${id}`, () => service.snapshot(access, id))
    await ask(`snapshotObjects ${id}`, () => service.snapshotObjects(access, id, { kind: null, namespace: null }, ALL))
    await ask(`exportSnapshot ${id}`, () => service.exportSnapshot(access, id))
    for (const name of ['shop', `${PLANTED}-0`]) {
      const namespace = name === 'shop' ? 'a' : 'b'
      await ask(`snapshotObject ${id} ${name}`, () =>
        service.snapshotObject(access, id, { kind: 'HelmRelease', namespace, name }),
      )
    }
  }
  await ask('listSchedules', () => service.listSchedules(access))
  await ask('schedule', () => service.schedule(access, 'prod-vs-staging'))
  await ask('scheduleRecords', () => service.scheduleRecords(access, 'prod-vs-staging', ALL))
  await ask('listRuns', () => service.listRuns(access, { phase: null, cluster: null }, ALL))
  for (const id of runs) {
    await ask(`run ${id}`, () => service.run(access, id))
    await ask(`comparison ${id}`, () => service.comparison(access, id))
    await ask(`differences ${id}`, () => service.differences(access, id, NO_FILTER, ALL))
    for (const format of ['json', 'table', 'html']) {
      await ask(`render ${id} ${format}`, () => service.renderComparison(access, id, format))
    }
  }
  await ask('compare', () => service.compare(access, queryOf({ explain: true }), 'json', 0))
  await ask('compare status', () => service.compare(access, queryOf({ layers: ['status', 'events'] }), 'json', 0))
  for (const kind of ['HelmRelease', 'ConfigMap', 'Secret']) {
    const name = kind === 'HelmRelease' ? 'shop' : kind === 'ConfigMap' ? 'shop-values' : 'shop-secret'
    await ask(`objectAcross ${kind}`, () => service.objectAcross(access, { kind, namespace: 'a', name }, null))
  }
  await ask('objectAcross b', () =>
    service.objectAcross(access, { kind: 'HelmRelease', namespace: 'b', name: `${PLANTED}-0` }, null),
  )
  await ask('listJobs', () => service.listJobs(access, { cluster: null, phase: null }, ALL))
  for (const id of jobs) {
    await ask(`job ${id}`, () => service.job(access, id))
    await ask(`watchJob ${id}`, async () => {
      const events = await service.watchJob(access, id, new AbortController().signal)
      for await (const event of events) return event
      return null
    })
  }
  return answers
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Answers as texts, without what differs between any two clusters. */
function texts(answers: Record<string, unknown>): Record<string, string> {
  const clean = (answer: unknown): string => JSON.stringify(answer).replaceAll(UUID, 'uuid')
  return Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, clean(answer)]))
}

/** Documents hold uids, so that their tags are never the same for two fleets; their bodies are compared. */
function withoutTags(answers: Record<string, string>): Record<string, string> {
  const blank = (text: string): string =>
    text.replaceAll(/"etag":"[^,}]*"/g, '').replaceAll(/\\?"digest\\?":\s*\\?"sha256:\w+\\?"/g, '')
  return Object.fromEntries(Object.entries(answers).map(([name, text]) => [name, blank(text)]))
}

test('a caller of namespace a sees nothing of namespace b in any answer', async (t) => {
  const rig = await prepared(t, {})
  const everything = texts(await everyAnswer(rig, EVERYONE))
  const shown = Object.entries(everything).filter(([, text]) => text.includes(PLANTED))
  assert.ok(shown.length > 10, 'the one who sees all sees it')
  for (const [name, text] of Object.entries(texts(await everyAnswer(rig, accessOf({ namespaces: ['a'] }))))) {
    const asked = name.includes('objectAcross b') || name.includes(`${PLANTED}-0`)
    assert.doesNotMatch(asked ? text.replaceAll(`HelmRelease/b/${PLANTED}-0`, '') : text, /planted|"b"|\/b\//, name)
  }
})

test('what namespace b holds, and how much, makes no difference to any answer for namespace a', async (t) => {
  const answersOf = async (foreign: number): Promise<Record<string, string>> => {
    const rig = await prepared(t, { staging: { foreign }, production: { foreign: foreign + 1 } })
    return withoutTags(texts(await everyAnswer(rig, accessOf({ namespaces: ['a'] }))))
  }
  const [few, many] = [await answersOf(1), await answersOf(6)]
  assert.deepEqual(Object.keys(few), Object.keys(many))
  for (const name of Object.keys(few)) assert.equal(few[name], many[name], name)
})

test('counts of the whole cluster are told as unknown, those of the own namespace are counted', async (t) => {
  const { service, history } = await prepared(t, {})
  const access = accessOf({ namespaces: ['a'] })
  const [{ id } = { id: '' }] = history.snapshotPage({ clusters: ['production'] }, ALL).items
  const view = await service.snapshot(access, id)
  assert.deepEqual([view.objects, view.changed, view.namespaces], [3, null, ['a']])
  assert.equal(view.coverage.find(({ kind }) => kind === 'HelmRelease')?.objects, 1)
  const [listed] = (await service.listSnapshots(access, { cluster: 'production' }, ALL)).items
  assert.deepEqual([listed?.objects, listed?.changed], [null, null])
  const [run] = (await service.listRuns(access, { phase: null, cluster: null }, ALL)).items
  assert.deepEqual(
    [run?.phase, run?.verdict, run?.differences, run?.request.filter.namespaces],
    ['done', null, null, ['a']],
  )
  const comparison = await service.comparison(access, run!.id)
  assert.deepEqual([comparison.summary.objects, comparison.verdict], [3, 'drifted'])
  const [job] = (await service.listJobs(access, { cluster: null, phase: 'done' }, ALL)).items
  assert.equal(job?.progress, null)
})

test('asking about a foreign namespace is refused in the same words whether it exists or not', async (t) => {
  const { service } = await prepared(t, {})
  const access = accessOf({ scope: 'trigger', namespaces: ['a'] })
  const refusal = async (namespace: string): Promise<string> => {
    const asked = [
      () => service.compare(access, queryOf({ namespaces: [namespace] }), 'json', 0),
      () => service.requestComparison(access, queryOf({ resource: `HelmRelease/${namespace}/x` }), null),
      () => service.objectAcross(access, { kind: 'hr', namespace, name: 'x' }, null),
    ]
    const errors = await Promise.all(
      asked.map((ask) =>
        ask().then(
          () => assert.fail(),
          (error: AppError) => error.toDocument(),
        ),
      ),
    )
    return JSON.stringify(errors).replaceAll(new RegExp(`\\b${namespace}\\b`, 'g'), 'NAMESPACE')
  }
  assert.equal(await refusal('b'), await refusal('nowhere'))
  const run = await service.requestComparison(access, queryOf({ namespaces: ['a'] }), null)
  assert.deepEqual(run.request.filter.namespaces, ['a'])
  const all = await service.requestComparison(access, queryOf({}), null)
  assert.deepEqual(all.request.filter.namespaces, ['a'])
})

test('a run that is about other namespaces only does not exist', async (t) => {
  const { service } = await prepared(t, {})
  const access = accessOf({ namespaces: ['a'] })
  const hidden = [
    await service.requestComparison(EVERYONE, queryOf({ namespaces: ['b'] }), null),
    await service.requestComparison(EVERYONE, queryOf({ resource: `HelmRelease/b/${PLANTED}-0` }), null),
  ]
  for (const { id } of hidden) {
    await assert.rejects(service.run(access, id), { code: 'not-found' })
    await assert.rejects(service.comparison(access, id), { code: 'not-found' })
  }
  const page = await service.listRuns(access, { phase: null, cluster: null }, { limit: 1, cursor: null })
  assert.deepEqual(
    page.items.map(({ request }) => request.filter.namespaces),
    [['a']],
  )
  const both = await service.requestComparison(EVERYONE, queryOf({ namespaces: ['a', 'b'] }), null)
  assert.deepEqual((await service.run(access, both.id)).request.filter.namespaces, ['a'])
})

test('a cluster that the caller must not see is in no answer', async (t) => {
  const rig = await prepared(t, {})
  const access = accessOf({ scope: 'trigger', clusters: ['staging'] })
  const answers = texts(await everyAnswer(rig, access))
  for (const [name, text] of Object.entries(answers)) {
    const asked = name.includes('production') || name.startsWith('compare') || name === 'listSnapshots of one'
    assert.doesNotMatch(asked ? text.replace('there is no cluster production', '') : text, /production/, name)
  }
  assert.match(answers['compare']!, /not-found/)
  assert.match(answers['cluster staging']!, /snap_/)
  const across = await rig.service.objectAcross(access, { kind: 'hr', namespace: 'a', name: 'shop' }, null)
  assert.deepEqual(Object.keys(across.presence), ['staging'])
  const labels = rig.service.compare(access, queryOf({ targets: [], labels: { env: 'production' } }), 'json', 0)
  await assert.rejects(labels, { code: 'input-invalid' })
})

for (const level of ['presence', 'off'] as const) {
  test(`secretCompare ${level}: no answer tells whether a guess in another cluster was right`, async (t) => {
    const answersOf = async (password: string): Promise<Record<string, string>> => {
      const rig = await prepared(t, {
        staging: { password },
        production: { password: 'hunter2' },
        configured: { production: { secretCompare: level } },
      })
      const answers = texts(await everyAnswer(rig, EVERYONE))
      // Of its own cluster the one who wrote the guess knows all.
      const own = /snapshot(?:Objects?)? snap_\d+|exportSnapshot|listSnapshots|watchJob|job_/i
      return withoutTags(Object.fromEntries(Object.entries(answers).filter(([name]) => !own.test(name))))
    }
    const [right, wrong] = [await answersOf('hunter2'), await answersOf('wrong')]
    assert.ok(Object.keys(right).length > 10)
    for (const name of Object.keys(right)) assert.equal(right[name], wrong[name], name)
  })

  test(`secretCompare ${level}: what was read before under equality tells no more than that now`, async (t) => {
    const rig = await prepared(t, { staging: { password: 'another one' } })
    const [run] = rig.history.listRuns({ phase: null }, ALL).items
    const before = await rig.service.renderComparison(EVERYONE, run!.id, 'json')
    assert.match(String(before.body), /hmac:/, 'they differ, which equality may tell')
    rig.configure('production', { secretCompare: level })
    const answers = await everyAnswer(rig, EVERYONE)
    const across = Object.keys(answers).filter((name) => /^(comparison|render|differences|compare|objectA)/.test(name))
    for (const name of across) assert.doesNotMatch(JSON.stringify(answers[name]), /hmac:/, name)
    const [snapshot] = rig.history.snapshotPage({ clusters: ['production'] }, ALL).items
    for (const name of [`exportSnapshot ${snapshot!.id}`, `snapshotObject ${snapshot!.id} shop`]) {
      assert.doesNotMatch(JSON.stringify(answers[name]), /hmac:/, name)
    }
  })
}
