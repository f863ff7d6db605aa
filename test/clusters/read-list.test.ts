import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EVENT, type Resource } from '../../src/clusters/api-path.ts'
import type { KubeApi } from '../../src/clusters/kube-api.ts'
import { readList, type ListResult } from '../../src/clusters/read-list.ts'
import { digString } from '../../src/model/json.ts'
import type { FaultAction } from '../../src/simulator/faults.ts'
import { connect, helmRelease, startOne } from './support.ts'

const HELM_RELEASE: Resource = {
  group: 'helm.toolkit.fluxcd.io',
  version: 'v2',
  plural: 'helmreleases',
  kind: 'HelmRelease',
}
const LIST = '/apis/helm.toolkit.fluxcd.io/v2/helmreleases'

/** Three pages of two objects each. */
const SIX = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => helmRelease(name))

function list(api: KubeApi, options: Partial<Parameters<typeof readList>[1]> = {}): Promise<ListResult> {
  const request = { resource: HELM_RELEASE, namespace: null, query: {}, progress: () => undefined, ...options }
  return readList(api, request, (object) => object)
}

function names(result: ListResult): (string | undefined)[] {
  return result.objects.map((object) => digString(object, 'metadata', 'name'))
}

test('all pages are read, and the list is complete with its resourceVersion', async (t) => {
  const cluster = await startOne(t, { objects: SIX, maxPageSize: 2 })
  const seen: number[] = []
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
  const result = await list(api, { progress: (count) => seen.push(count) })
  assert.deepEqual(names(result), ['a', 'b', 'c', 'd', 'e', 'f'])
  assert.equal(result.scope.status, 'complete')
  assert.match(result.scope.resourceVersion ?? '', /^\d+$/)
  assert.deepEqual(seen, [2, 4, 6])
  assert.equal(cluster.requests().length, 3)
  assert.equal(cluster.requests()[0]!.query['limit'], '500')
  assert.deepEqual(cluster.countByVerb(), { list: 3 })
})

test('one namespace and a label selector', async (t) => {
  const labelled = {
    ...helmRelease('x', 'other'),
    metadata: { name: 'x', namespace: 'other', labels: { team: 'shop' } },
  }
  const cluster = await startOne(t, { objects: [...SIX, helmRelease('y', 'other'), labelled] })
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
  assert.deepEqual(names(await list(api, { namespace: 'other' })), ['x', 'y'])
  assert.deepEqual(names(await list(api, { query: { labelSelector: 'team=shop,!old' } })), ['x'])
  const nowhere = await list(api, { namespace: 'nowhere' })
  assert.deepEqual([nowhere.scope.status, nowhere.objects.length], ['complete', 0])
  const broken = await list(api, { query: { labelSelector: 'a===b' } })
  assert.deepEqual(
    [broken.scope.status, broken.scope.reason],
    ['failed', 'the API server refused the label selector (HTTP 400)'],
  )
})

test('items of core lists get the kind that they come without', async (t) => {
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'apps' },
    involvedObject: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name: 'a', namespace: 'apps' },
  }
  const cluster = await startOne(t, { objects: [event] })
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
  const [read] = (await list(api, { resource: EVENT })).objects
  assert.equal(read?.['kind'], 'Event')
  assert.equal(read?.['apiVersion'], 'v1')
})

test('forbidden: the missing verb, resource and scope are named', async (t) => {
  const cluster = await startOne(t, { objects: SIX, users: [{ name: 'nobody' }] })
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('nobody') })
  const everywhere = await list(api)
  assert.equal(everywhere.scope.status, 'forbidden')
  assert.equal(
    everywhere.scope.reason,
    'not allowed: needs the verb list on helmreleases.helm.toolkit.fluxcd.io in the whole cluster',
  )
  assert.match((await list(api, { namespace: 'apps' })).scope.reason ?? '', /in namespace apps$/)
})

test('a token that expires once restarts the list from its first page', async (t) => {
  const cluster = await startOne(t, {
    objects: SIX,
    maxPageSize: 2,
    faults: [{ match: { path: LIST, page: 2, nth: 1 }, action: { kind: 'expired' } }],
  })
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
  const result = await list(api)
  assert.deepEqual(names(result), ['a', 'b', 'c', 'd', 'e', 'f'])
  assert.equal(cluster.requests().length, 5)
})

test('tokens that always expire: the list is asked for at once, without a limit', async (t) => {
  const cluster = await startOne(t, {
    objects: Array.from({ length: 501 }, (_, i) => helmRelease(`r${i}`)),
    continueTokensExpire: true,
  })
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
  const result = await list(api)
  assert.equal(result.objects.length, 501)
  assert.equal(new Set(names(result)).size, 501)
  assert.deepEqual(
    cluster.requests().map(({ query }) => [query['limit'], 'continue' in query]),
    [
      ['500', false],
      ['500', true],
      ['500', false],
      ['500', true],
      [undefined, false],
    ],
  )
})

test('expired to the end: failed, and nothing of it is given', async (t) => {
  const cluster = await startOne(t, {
    objects: SIX,
    maxPageSize: 2,
    continueTokensExpire: true,
    faults: [{ match: { path: LIST, page: 1, nth: 3 }, action: { kind: 'respond', status: 410 } }],
  })
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
  const result = await list(api)
  assert.deepEqual([result.scope.status, result.objects.length], ['failed', 0])
  assert.match(result.scope.reason ?? '', /expired each time/)
})

const BROKEN: readonly FaultAction[] = [
  { kind: 'respond', status: 500 },
  { kind: 'cut' },
  { kind: 'truncated-json' },
  { kind: 'gzip-garbage' },
  { kind: 'html' },
  { kind: 'status-with-200' },
  { kind: 'no-content' },
  { kind: 'wrong-kind' },
  { kind: 'items', value: 'null' },
  { kind: 'items', value: 'missing' },
  { kind: 'redirect', to: '/elsewhere' },
  { kind: 'respond', status: 404, body: '404 page not found\n' },
]

for (const action of BROKEN) {
  for (const page of [1, 2, 3]) {
    const name = 'value' in action ? `items ${action.value}` : action.kind
    test(`${name} on page ${page} of 3: the list is failed and proves nothing`, async (t) => {
      const cluster = await startOne(t, {
        objects: SIX,
        maxPageSize: 2,
        faults: [{ match: { path: LIST, page }, action }],
      })
      const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
      const { scope, objects } = await list(api)
      assert.equal(scope.status, 'failed')
      assert.ok(scope.reason)
      assert.equal(scope.resourceVersion, null)
      assert.deepEqual(objects, [])
    })
  }
}

test('an object that stands on two pages is one object', async (t) => {
  const page = (items: object[], next: string): object => ({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmReleaseList',
    metadata: { resourceVersion: '1', continue: next },
    items,
  })
  const cluster = await startOne(t, {
    faults: [
      {
        match: { path: LIST, query: { continue: 'next' } },
        action: { kind: 'respond', status: 200, body: page([SIX[1]!, SIX[2]!], '') },
      },
      { match: { path: LIST }, action: { kind: 'respond', status: 200, body: page([SIX[0]!, SIX[1]!], 'next') } },
    ],
  })
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
  assert.deepEqual(names(await list(api)), ['a', 'b', 'c'])
})

test('an item of another kind, or without a name, makes the list invalid', async (t) => {
  for (const item of [{ ...helmRelease('a'), kind: 'Pod' }, { ...helmRelease('a'), metadata: {} }, null, 'text']) {
    const body = {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmReleaseList',
      metadata: { resourceVersion: '1' },
      items: [item],
    }
    const cluster = await startOne(t, {
      faults: [{ match: { path: LIST }, action: { kind: 'respond', status: 200, body } }],
    })
    const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
    assert.match((await list(api)).scope.reason ?? '', /something that is not a HelmRelease/)
  }
})

test('a continue token that comes again and again does not go on for ever', async (t) => {
  const body = {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmReleaseList',
    metadata: { resourceVersion: '1', continue: 'again' },
    items: [],
  }
  const cluster = await startOne(t, {
    faults: [{ match: { path: LIST }, action: { kind: 'respond', status: 200, body } }],
  })
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
  assert.equal((await list(api)).scope.status, 'failed')
  assert.equal(cluster.requests().length, 2)
})

test('whatever the size of a page, the list is the same', async (t) => {
  for (const maxPageSize of [1, 2, 3, 4, 5, 6, 7]) {
    const cluster = await startOne(t, { objects: SIX, maxPageSize })
    const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
    assert.deepEqual(names(await list(api)), ['a', 'b', 'c', 'd', 'e', 'f'])
  }
})
