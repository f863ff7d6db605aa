import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FLUX_KINDS } from '../../src/flux/kinds.ts'
import { isGenerated, reduceObject } from '../../src/flux/reduce.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'

const KUSTOMIZATION = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: {
    name: 'apps',
    namespace: 'flux-system',
    uid: '5b2a',
    resourceVersion: '2707',
    generation: 4,
    creationTimestamp: '2026-01-01T00:00:00Z',
    finalizers: ['finalizers.fluxcd.io'],
    managedFields: [{ manager: 'kubectl' }],
    labels: { team: 'web', 'sharding.fluxcd.io/key': 'shard1' },
    annotations: {
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      'reconcile.fluxcd.io/requestedAt': '2026-01-01T00:00:00Z',
      'kustomize.toolkit.fluxcd.io/prune': 'disabled',
      'event.toolkit.fluxcd.io/team': 'web',
      note: 'x',
    },
  },
  spec: { path: './apps', prune: true },
  status: { observedGeneration: 4 },
}

test('of a Flux object the spec is kept whole, of its metadata what changes behaviour', () => {
  const reduced = reduceObject(KUSTOMIZATION)
  assert.deepEqual(reduced.ref, {
    group: 'kustomize.toolkit.fluxcd.io',
    kind: 'Kustomization',
    namespace: 'flux-system',
    name: 'apps',
  })
  assert.deepEqual(reduced.body, {
    metadata: {
      annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled', 'event.toolkit.fluxcd.io/team': 'web' },
      labels: { 'sharding.fluxcd.io/key': 'shard1' },
    },
    spec: { path: './apps', prune: true },
  })
  assert.equal(reduced.body['spec'], KUSTOMIZATION.spec, 'sub-trees are shared, not copied')
})

test('metadata without behaviour leaves nothing, and ownership is none', () => {
  const labels = { 'kustomize.toolkit.fluxcd.io/name': 'apps', 'app.kubernetes.io/part-of': 'x' }
  const raw = {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'a', labels },
    spec: {},
  }
  assert.deepEqual(reduceObject(raw).body, { spec: {} })
})

test('own fields of an unknown kind of a Flux group are kept', () => {
  const raw = {
    apiVersion: 'new.toolkit.fluxcd.io/v1',
    kind: 'New',
    metadata: { name: 'a' },
    rules: [1],
    spec: { a: 1 },
  }
  assert.deepEqual(reduceObject(raw).body, { rules: [1], spec: { a: 1 } })
})

test('a ConfigMap is its data, binary data told apart from text, and immutable', () => {
  const raw = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'vars',
      namespace: 'apps',
      annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'Merge', note: 'x' },
    },
    data: { 'values.yaml': 'a: 1\n' },
    binaryData: { logo: 'AAE=' },
    immutable: true,
  }
  assert.deepEqual(reduceObject(raw).body, {
    data: { 'values.yaml': 'a: 1\n', logo: 'data:;base64,AAE=' },
    immutable: true,
    metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'Merge' } },
  })
  assert.equal(reduceObject(raw).status, null)
  assert.deepEqual(reduceObject({ ...raw, data: {}, binaryData: {}, immutable: false, metadata: {} }).body, {
    immutable: false,
  })
})

test('a Secret is its type and data; stringData of a manifest is encoded and wins', () => {
  const raw = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'a' },
    data: { a: 'b2xk', b: 'Yg==' },
    stringData: { a: 'new' },
  }
  assert.deepEqual(reduceObject(raw).body, { data: { a: 'bmV3', b: 'Yg==' }, type: 'Opaque' })
  const sops = { ...raw, data: {}, stringData: { a: 'ENC[AES256_GCM,data:x,type:str]' }, sops: { version: '3.9' } }
  assert.deepEqual(reduceObject(sops).body, { data: { a: 'ENC[AES256_GCM,data:x,type:str]' }, type: 'Opaque' })
  const malformed = { ...raw, data: 'text', stringData: null, type: 'kubernetes.io/tls' }
  assert.deepEqual(reduceObject(malformed).body, { data: 'text', type: 'kubernetes.io/tls' })
})

test('a Secret of another group is no Secret', () => {
  const raw = { apiVersion: 'example.com/v1', kind: 'Secret', metadata: { name: 'a' }, data: { a: 'b' } }
  assert.deepEqual(reduceObject(raw).body, { data: { a: 'b' } })
})

function chart(name: string, labels: JsonObject): JsonObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmChart',
    metadata: { name, namespace: 'flux-system', labels },
  }
}

test('a HelmChart is generated when it is named after the release in its owner labels', () => {
  const owner = { 'helm.toolkit.fluxcd.io/name': 'web', 'helm.toolkit.fluxcd.io/namespace': 'apps' }
  assert.equal(isGenerated(chart('apps-web', owner)), true)
  assert.equal(isGenerated(chart('apps-web', {})), false)
  assert.equal(isGenerated(chart('bundled', owner)), false, 'rendered by the chart of that release')
})

test('an ExternalArtifact is generated when source-watcher marked it', () => {
  const artifact = (labels: JsonObject) => ({ ...chart('web', labels), kind: 'ExternalArtifact' })
  assert.equal(isGenerated(artifact({ 'source.extensions.fluxcd.io/generator': '5b2a' })), true)
  assert.equal(isGenerated(artifact({})), false)
  assert.equal(isGenerated(KUSTOMIZATION), false)
})

test('nothing is thrown or changed, whatever the shape', () => {
  const key = fc.oneof(
    fc.constantFrom(
      'metadata',
      'labels',
      'annotations',
      'spec',
      'status',
      'data',
      'stringData',
      'binaryData',
      'conditions',
    ),
    fc.constantFrom('history', 'inventory', 'entries', 'artifact', 'components', '__proto__', 'constructor', 'suspend'),
    fc.string(),
  )
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom<Json>('a', -1, 0, null, true),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 5 }) as fc.Arbitrary<Json>,
    ),
  }))
  const kinds = [
    ...FLUX_KINDS.map(({ group, kind }) => [`${group}/v1`, kind]),
    ['v1', 'Secret'],
    ['v1', 'ConfigMap'],
    [3, null],
  ]
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.dictionary(key, tree), ([apiVersion, kind], rest) => {
      const raw = { ...rest, apiVersion, kind } as JsonObject
      const before = JSON.stringify(raw)
      reduceObject(raw)
      isGenerated(raw)
      assert.equal(JSON.stringify(raw), before)
    }),
    { numRuns: 500 },
  )
})
