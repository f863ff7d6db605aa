import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { startSimulator } from '../../src/simulator/simulator.ts'
import type { RunningCluster, Simulator } from '../../src/simulator/simulated-cluster.ts'
import { ask, askList, namesIn, type List } from './request.ts'

const RELEASES = '/apis/helm.toolkit.fluxcd.io/v2/helmreleases'
const CONFIG_MAPS = '/api/v1/configmaps'

let simulator: Simulator

const LABELLED = [
  release('a/one', {}, { app: 'shop', tier: 'web' }),
  release('a/two', {}, { app: 'shop' }),
  release('b/three', {}, { app: 'pay' }),
  release('b/four', {}),
  event('b/started', { kind: 'HelmRelease', name: 'three', namespace: 'b' }, 'Normal'),
  event('b/failed', { kind: 'Kustomization', name: 'three', namespace: 'b' }, 'Warning'),
]

before(async () => {
  simulator = await startSimulator({
    clusters: [
      { name: 'labelled', folders: [], objects: LABELLED },
      { name: 'paged', folders: [], objects: ['a/x', 'a/y', 'a-b/x', 'a/z', 'b/x'].flatMap(releaseAndMap) },
      { name: 'short-pages', folders: [], objects: ['a/x', 'a/y', 'a/z'].flatMap(releaseAndMap), maxPageSize: 2 },
      { name: 'large', folders: [], objects: [release('a/x', { values: { text: 'x'.repeat(200_000) } })] },
      { name: 'empty', folders: [] },
    ],
  })
})
after(() => simulator.close())

test('lists in the byte order of namespace/name', async () => {
  assert.deepEqual(namesIn(await askList(cluster('paged'), RELEASES)), ['a-b/x', 'a/x', 'a/y', 'a/z', 'b/x'])
})

test('items of custom-resource lists say what they are, items of core lists do not', async () => {
  const releases = await askList(cluster('paged'), RELEASES)
  assert.equal(releases.items[0]!.apiVersion, 'helm.toolkit.fluxcd.io/v2')
  assert.equal(releases.items[0]!.kind, 'HelmRelease')
  const maps = await askList(cluster('paged'), CONFIG_MAPS)
  assert.deepEqual(Object.keys(maps.items[0]!), ['metadata', 'data'])
  assert.equal(maps.kind, 'ConfigMapList')
})

test('the end of a list is continue "" for custom resources and no continue for core', async () => {
  assert.equal((await askList(cluster('paged'), RELEASES)).metadata.continue, '')
  assert.equal((await askList(cluster('paged'), `${RELEASES}?limit=9`)).metadata.continue, '')
  assert.ok(!('continue' in (await askList(cluster('paged'), CONFIG_MAPS)).metadata))
})

test('a page says how many remain, except where a selector makes that unknown', async () => {
  assert.equal((await askList(cluster('paged'), `${RELEASES}?limit=2`)).metadata.remainingItemCount, 3)
  assert.equal((await askList(cluster('paged'), `${CONFIG_MAPS}?limit=4`)).metadata.remainingItemCount, 1)
  const selected = await askList(cluster('labelled'), `${RELEASES}?limit=1&labelSelector=app`)
  assert.ok(selected.metadata.continue)
  assert.ok(!('remainingItemCount' in selected.metadata))
})

test('limit=-1 and limit=0 mean all, a limit that is no number is refused', async () => {
  assert.equal((await askList(cluster('paged'), `${RELEASES}?limit=-1`)).items.length, 5)
  assert.equal((await askList(cluster('paged'), `${RELEASES}?limit=0`)).items.length, 5)
  assert.equal((await ask(cluster('paged'), `${RELEASES}?limit=many`)).status, 400)
})

test('maxPageSize bounds pages even where more is asked for', async () => {
  assert.equal((await askList(cluster('short-pages'), `${RELEASES}?limit=500`)).items.length, 2)
})

test('pages of any size together are the list, whatever the names', async () => {
  const part = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,3}[a-z0-9])?$/)
  const names = fc.uniqueArray(
    fc.tuple(part, part).map(([namespace, name]) => `${namespace}/${name}`),
    { maxLength: 12 },
  )
  await fc.assert(
    fc.asyncProperty(names, fc.integer({ min: 1, max: 13 }), async (refs, limit) => {
      const target = cluster('empty')
      for (const ref of refs) target.apply(release(ref, {}))
      const pages = await allPages(target, RELEASES, limit)
      for (const ref of refs) target.remove({ kind: 'HelmRelease', ...split(ref) })
      assert.deepEqual(
        pages.flatMap(namesIn),
        refs.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      )
      assert.ok(pages.every((page) => page.items.length <= limit))
    }),
    { numRuns: 25 },
  )
})

test('later pages show the revision of the first one, whatever happened since', async () => {
  const target = cluster('empty')
  for (const ref of ['a/x', 'a/y', 'b/x']) target.apply(release(ref, {}))
  const first = await askList(target, `${RELEASES}?limit=1`)
  target.apply(release('a/z', {}))
  target.remove({ kind: 'HelmRelease', namespace: 'b', name: 'x' })
  const rest = await askList(target, `${RELEASES}?continue=${first.metadata.continue}`)
  assert.deepEqual(namesIn(rest), ['a/y', 'b/x'])
  assert.equal(rest.metadata.resourceVersion, first.metadata.resourceVersion)
  assert.deepEqual(namesIn(await askList(target, RELEASES)), ['a/x', 'a/y', 'a/z'])
})

test('a token that was compacted away gives 410 with one that resumes an inconsistent list', async () => {
  const target = cluster('paged')
  const first = await askList(target, `${RELEASES}?limit=2`)
  target.compact()
  const reply = await ask(target, `${RELEASES}?limit=2&continue=${first.metadata.continue}`)
  assert.equal(reply.status, 410)
  const { metadata } = JSON.parse(reply.body.toString()) as List
  const rest = await askList(target, `${RELEASES}?continue=${metadata.continue}`)
  assert.deepEqual(namesIn(rest), ['a/y', 'a/z', 'b/x'])
})

test('a list in one namespace holds only what is there, and pages alike', async () => {
  const path = '/apis/helm.toolkit.fluxcd.io/v2/namespaces/a/helmreleases'
  const pages = await allPages(cluster('paged'), path, 2)
  assert.deepEqual(pages.map(namesIn), [['a/x', 'a/y'], ['a/z']])
  assert.equal(pages[0]!.metadata.remainingItemCount, 1)
})

const SELECTORS: readonly (readonly [query: string, names: readonly string[]])[] = [
  ['labelSelector=app=shop', ['a/one', 'a/two']],
  ['labelSelector=app==shop,tier=web', ['a/one']],
  ['labelSelector=app!=shop', ['b/four', 'b/three']],
  ['labelSelector=tier', ['a/one']],
  ['labelSelector=!app', ['b/four']],
  ['labelSelector=app in (shop, pay)', ['a/one', 'a/two', 'b/three']],
  ['labelSelector=app notin (pay)', ['a/one', 'a/two', 'b/four']],
  ['labelSelector=app in (pay),!tier', ['b/three']],
  ['fieldSelector=metadata.name=two', ['a/two']],
  ['fieldSelector=metadata.namespace=b', ['b/four', 'b/three']],
  ['fieldSelector=metadata.namespace!=b,metadata.name!=one', ['a/two']],
]
for (const [query, names] of SELECTORS) {
  test(`selects by ${query}`, async () => {
    const [key = '', ...value] = query.split('=')
    const path = `${RELEASES}?${key}=${encodeURIComponent(value.join('='))}`
    assert.deepEqual(namesIn(await askList(cluster('labelled'), path)), names)
  })
}

test('selects events by what they are about and by type', async () => {
  const select = (selector: string): Promise<List> =>
    askList(cluster('labelled'), `/api/v1/events?fieldSelector=${encodeURIComponent(selector)}`)
  assert.deepEqual(namesIn(await select('involvedObject.kind=HelmRelease')), ['b/started'])
  assert.deepEqual(namesIn(await select('involvedObject.name=three,type!=Normal')), ['b/failed'])
  assert.equal((await select('type=Warning')).kind, 'EventList')
})

test('gets an object as its kind is written: sorted for custom resources, by struct for core', async () => {
  const target = cluster('paged')
  const map = await ask(target, '/api/v1/namespaces/a/configmaps/x')
  assert.match(
    map.body.toString(),
    /^\{"kind":"ConfigMap","apiVersion":"v1","metadata":\{"name":"x","namespace":"a","uid":/,
  )
  assert.ok(
    map.body
      .toString()
      .endsWith('"data":{"key":"<&> 12345678901234567890"}}\n'.replace('<&>', String.raw`\u003c\u0026\u003e`)),
  )
  const helm = await ask(target, '/apis/helm.toolkit.fluxcd.io/v2/namespaces/a/helmreleases/x')
  assert.match(
    helm.body.toString(),
    /^\{"apiVersion":"helm.toolkit.fluxcd.io\/v2","kind":"HelmRelease","metadata":\{"creationTimestamp"/,
  )
})

test('whole numbers beyond 2^53 keep their digits', async () => {
  cluster('empty').apply(release('n/n', { values: { id: 12345678901234567890n } }))
  const reply = await ask(cluster('empty'), '/apis/helm.toolkit.fluxcd.io/v2/namespaces/n/helmreleases/n')
  assert.match(reply.body.toString(), /"id":12345678901234567890/)
})

test('gzip is for those who ask, and for bodies above 128 KiB', async () => {
  const headers = { 'accept-encoding': 'gzip' }
  const plain = await ask(cluster('large'), RELEASES)
  assert.equal(plain.headers['content-encoding'], undefined)
  const zipped = await ask(cluster('large'), RELEASES, { headers })
  assert.equal(zipped.headers['content-encoding'], 'gzip')
  assert.deepEqual(gunzipSync(zipped.body), plain.body)
  assert.equal((await ask(cluster('paged'), RELEASES, { headers })).headers['content-encoding'], undefined)
})

test('metadata alone where that is asked for', async () => {
  const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'
  const list = await askList(cluster('paged'), `${RELEASES}?limit=1`, { headers: { accept } })
  assert.equal(list.kind, 'PartialObjectMetadataList')
  assert.deepEqual(Object.keys(list.items[0]!), ['kind', 'apiVersion', 'metadata'])
  const none = await askList(cluster('paged'), `${RELEASES}?labelSelector=nobody`, { headers: { accept } })
  assert.equal(none.items, null)
})

test('a form that does not fit, or that nobody knows, is refused', async () => {
  const one = '/apis/helm.toolkit.fluxcd.io/v2/namespaces/f/helmreleases/f'
  cluster('empty').apply(release('f/f', {}))
  const refusal = async (path: string, as: string): Promise<unknown> => {
    const headers = { accept: `application/json;as=${as}` }
    const { status, body } = await ask(cluster('empty'), path, { headers })
    const { reason, message } = JSON.parse(body.toString()) as { reason?: string; message?: string }
    return [status, reason, message]
  }
  const unknown =
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf'
  // Verbatim from kube-apiserver v1.20.2 and the apiextensions server of 1.36.4.
  assert.deepEqual(await refusal(RELEASES, 'PartialObjectMetadataList;g=meta.k8s.io;v=v9'), [
    406,
    'NotAcceptable',
    unknown,
  ])
  assert.deepEqual(await refusal(one, 'PartialObjectMetadataList;g=meta.k8s.io;v=v1'), [
    500,
    undefined,
    'content is not a list',
  ])
  assert.deepEqual(await refusal(RELEASES, 'PartialObjectMetadata;g=meta.k8s.io;v=v1'), [
    406,
    'NotAcceptable',
    'you requested PartialObjectMetadata, but the requested object is a list (*unstructured.UnstructuredList)',
  ])
  assert.deepEqual(await refusal(one, 'PartialObjectMetadata;g=meta.k8s.io;v=v1'), [200, undefined, undefined])
})

test('a change gives the object a new resourceVersion and leaves its uid', async () => {
  const target = cluster('empty')
  const got = async (): Promise<{ uid: string; resourceVersion: string; generation: number }> => {
    const reply = await ask(target, '/apis/helm.toolkit.fluxcd.io/v2/namespaces/c/helmreleases/c')
    return (
      JSON.parse(reply.body.toString()) as { metadata: { uid: string; resourceVersion: string; generation: number } }
    ).metadata
  }
  target.apply(release('c/c', { interval: '1m' }))
  const before = await got()
  target.apply(release('c/c', { interval: '2m' }))
  const changed = await got()
  assert.equal(changed.uid, before.uid)
  assert.ok(Number(changed.resourceVersion) > Number(before.resourceVersion))
  assert.deepEqual([before.generation, changed.generation], [1, 2])
})

async function allPages(target: RunningCluster, path: string, limit: number): Promise<List[]> {
  const pages: List[] = []
  let token: string | undefined = ''
  do {
    const query: string = token ? `&continue=${token}` : ''
    const page: List = await askList(target, `${path}?limit=${limit}${query}`)
    pages.push(page)
    token = page.metadata.continue
  } while (token)
  return pages
}

function cluster(name: string): RunningCluster {
  return simulator.clusters.get(name)!
}

function split(ref: string): { namespace: string; name: string } {
  const [namespace = '', name = ''] = ref.split('/')
  return { namespace, name }
}

function release(ref: string, spec: object, labels?: Record<string, string>): object {
  const metadata = { ...split(ref), ...(labels === undefined ? {} : { labels }) }
  return { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata, spec }
}

function releaseAndMap(ref: string): object[] {
  const data = { key: '<&> 12345678901234567890' }
  return [release(ref, {}), { apiVersion: 'v1', kind: 'ConfigMap', metadata: split(ref), data }]
}

function event(ref: string, involvedObject: object, type: string): object {
  return { apiVersion: 'v1', kind: 'Event', metadata: split(ref), involvedObject, type, reason: 'Told' }
}
