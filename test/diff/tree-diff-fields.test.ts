import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diffTrees } from '../../src/diff/tree-diff.ts'
import type { Json } from '../../src/model/json.ts'
import { contextOf, diffSpecs, told } from './tree-helpers.ts'

type Case = readonly [kind: string, from: Json, to: Json, told: readonly string[]]

/** From flux-facts: defaults of CRDs and controllers that hold for every version. */
const SAME: readonly Case[] = [
  ['Kustomization', { force: false, suspend: false }, {}, ['~ spec.force empty-absent', '~ spec.suspend empty-absent']],
  ['Kustomization', { wait: null }, {}, ['~ spec.wait empty-absent']],
  [
    'Kustomization',
    { dependsOn: [], images: null },
    {},
    ['~ spec.dependsOn empty-absent', '~ spec.images empty-absent'],
  ],
  ['Kustomization', { deletionPolicy: 'MirrorPrune' }, {}, ['~ spec.deletionPolicy default-value']],
  [
    'Kustomization',
    { interval: '10m', retryInterval: '600s' },
    { interval: '10m' },
    ['~ spec.retryInterval derived-default'],
  ],
  ['Kustomization', { interval: '10m', timeout: '9m30s' }, { interval: '10m' }, ['~ spec.timeout derived-default']],
  ['Kustomization', { interval: '40s', timeout: '30s' }, { interval: '40s' }, ['~ spec.timeout derived-default']],
  ['Kustomization', { path: '' }, { path: './' }, ['~ spec.path path-form']],
  ['Kustomization', { path: './' }, {}, ['~ spec.path default-value']],
  ['Kustomization', { path: './a/b' }, { path: 'a/b/' }, ['~ spec.path path-form']],
  ['Kustomization', { postBuild: {} }, {}, ['~ spec.postBuild empty-absent']],
  ['Kustomization', { postBuild: { substitute: {} } }, {}, ['~ spec.postBuild.substitute empty-absent']],
  [
    'Kustomization',
    { postBuild: { substituteStrategy: 'WithVariables' } },
    {},
    ['~ spec.postBuild.substituteStrategy default-value'],
  ],
  [
    'Kustomization',
    { postBuild: { substitute: { a: 'x\ny' } } },
    { postBuild: { substitute: { a: 'xy\n' } } },
    ['~ spec.postBuild.substitute.a one-line'],
  ],
  ['Kustomization', { commonMetadata: { labels: {} } }, {}, ['~ spec.commonMetadata.labels empty-absent']],
  [
    'Kustomization',
    { sourceRef: { kind: 'GitRepository', name: 'x', namespace: 'apps' } },
    { sourceRef: { kind: 'GitRepository', name: 'x' } },
    ['~ spec.sourceRef.namespace derived-default'],
  ],
  [
    'Kustomization',
    { sourceRef: { apiVersion: 'source.toolkit.fluxcd.io/v1beta2', kind: 'GitRepository', name: 'x' } },
    { sourceRef: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', name: 'x' } },
    ['~ spec.sourceRef.apiVersion api-version-of-reference'],
  ],
  [
    'Kustomization',
    { sourceRef: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'Bucket', name: 'x' } },
    { sourceRef: { kind: 'Bucket', name: 'x' } },
    ['~ spec.sourceRef.apiVersion api-version-of-reference'],
  ],
  [
    'HelmRelease',
    { timeout: '300s', maxHistory: 5, persistentClient: true },
    {},
    ['~ spec.maxHistory default-value', '~ spec.persistentClient default-value', '~ spec.timeout default-value'],
  ],
  [
    'HelmRelease',
    { timeout: '7m', upgrade: { timeout: '7m0s' } },
    { timeout: '7m' },
    ['~ spec.upgrade.timeout derived-default'],
  ],
  [
    'HelmRelease',
    { install: { crds: 'Create', remediation: { retries: 0 } }, upgrade: { crds: 'Skip' } },
    {},
    [
      '~ spec.install.crds derived-default',
      '~ spec.install.remediation.retries empty-absent',
      '~ spec.upgrade.crds default-value',
    ],
  ],
  [
    'HelmRelease',
    { upgrade: { remediation: { retries: 3, remediateLastFailure: true } } },
    { upgrade: { remediation: { retries: 3 } } },
    ['~ spec.upgrade.remediation.remediateLastFailure derived-default'],
  ],
  [
    'HelmRelease',
    { driftDetection: { mode: 'disabled' }, uninstall: { deletionPropagation: 'background' } },
    {},
    ['~ spec.driftDetection.mode default-value', '~ spec.uninstall.deletionPropagation default-value'],
  ],
  [
    'HelmRelease',
    {
      interval: '1h',
      chart: { spec: { chart: 'a', version: '*', interval: '60m', reconcileStrategy: 'ChartVersion' } },
    },
    { interval: '1h', chart: { spec: { chart: 'a', version: '' } } },
    [
      '~ spec.chart.spec.interval derived-default',
      '~ spec.chart.spec.reconcileStrategy default-value',
      '~ spec.chart.spec.version default-value',
    ],
  ],
  ['HelmRelease', { values: {} }, {}, ['~ spec.values empty-absent']],
  ['HelmRelease', { storageNamespace: 'apps' }, {}, ['~ spec.storageNamespace derived-default']],
  [
    'HelmRelease',
    { releaseName: 'r', targetNamespace: 'apps' },
    { releaseName: 'r' },
    ['~ spec.targetNamespace derived-default'],
  ],
  [
    'GitRepository',
    { ref: { branch: 'master' }, timeout: '1m0s', provider: 'generic' },
    {},
    ['~ spec.provider default-value', '~ spec.ref.branch derived-default', '~ spec.timeout default-value'],
  ],
  [
    'GitRepository',
    { verify: { mode: 'head', secretRef: { name: 'k' } } },
    { verify: { mode: 'HEAD', secretRef: { name: 'k' } } },
    ['~ spec.verify.mode letter-case'],
  ],
  [
    'GitRepository',
    { include: [{ repository: { name: 'x' }, toPath: 'x' }] },
    { include: [{ repository: { name: 'x' } }] },
    ['~ spec.include[repository.name=x].toPath derived-default'],
  ],
  [
    'OCIRepository',
    { ref: { tag: 'latest' }, layerSelector: { operation: 'extract' } },
    {},
    ['~ spec.layerSelector.operation default-value', '~ spec.ref.tag derived-default'],
  ],
  [
    'HelmRepository',
    { interval: '1m', type: 'default', timeout: '60s' },
    { interval: '0s' },
    ['~ spec.interval default-value', '~ spec.timeout default-value', '~ spec.type default-value'],
  ],
  [
    'ImageRepository',
    { interval: '5m', timeout: '5m', exclusionList: ['^.*\\.sig$'] },
    { interval: '5m' },
    ['~ spec.exclusionList default-value', '~ spec.timeout derived-default'],
  ],
  [
    'ImagePolicy',
    { policy: { numerical: { order: 'asc' } }, digestReflectionPolicy: 'Always', interval: '10m' },
    { policy: { numerical: {} }, digestReflectionPolicy: 'Always' },
    ['~ spec.interval derived-default', '~ spec.policy.numerical.order default-value'],
  ],
  [
    'ImageUpdateAutomation',
    { update: { strategy: 'Setters', path: './' } },
    {},
    ['~ spec.update.path default-value', '~ spec.update.strategy default-value'],
  ],
  [
    'ImageUpdateAutomation',
    { git: { checkout: { ref: { branch: 'main' } }, push: { branch: 'main' } } },
    { git: { checkout: { ref: { branch: 'main' } } } },
    ['~ spec.git.push.branch derived-default'],
  ],
  [
    'Alert',
    { eventSeverity: 'info', eventSources: [{ kind: 'Bucket', name: '*', namespace: 'apps' }] },
    { eventSources: [{ kind: 'Bucket', name: '*' }] },
    ['~ spec.eventSeverity default-value', '~ spec.eventSources[name="*"].namespace derived-default'],
  ],
  ['Receiver', { interval: '10m' }, {}, ['~ spec.interval default-value']],
  [
    'FluxInstance',
    { cluster: { domain: 'cluster.local', networkPolicy: true, multitenant: false }, wait: true },
    {},
    [
      '~ spec.cluster.domain default-value',
      '~ spec.cluster.multitenant empty-absent',
      '~ spec.cluster.networkPolicy default-value',
      '~ spec.wait default-value',
    ],
  ],
  [
    'FluxInstance',
    { components: ['helm-controller', 'kustomize-controller', 'notification-controller', 'source-controller'] },
    {},
    ['~ spec.components default-value'],
  ],
  [
    'FluxInstance',
    { storage: { class: 's', size: '1024Mi' } },
    { storage: { class: 's', size: '1Gi' } },
    ['~ spec.storage.size quantity'],
  ],
  [
    'ResourceSetInputProvider',
    { filter: { limit: 100 }, schedule: [{ cron: '* * * * *', timeZone: 'UTC', window: '0s' }] },
    { schedule: [{ cron: '* * * * *' }] },
    [
      '~ spec.filter.limit default-value',
      '~ spec.schedule[cron=* * * * *].timeZone default-value',
      '~ spec.schedule[cron=* * * * *].window default-value',
    ],
  ],
]

const DIFFERENT: readonly Case[] = [
  ['Kustomization', { prune: false }, {}, ['removed spec.prune']],
  [
    'Kustomization',
    { interval: '10m', timeout: '9m30s' },
    { interval: '20m' },
    ['changed spec.interval', 'removed spec.timeout'],
  ],
  ['Kustomization', { path: 'a/b' }, { path: 'a/./b' }, ['changed spec.path']],
  ['Kustomization', { force: true }, { force: false }, ['changed spec.force']],
  [
    'Kustomization',
    { postBuild: { substitute: { a: '' } } },
    { postBuild: { substitute: {} } },
    ['removed spec.postBuild.substitute.a'],
  ],
  ['Kustomization', { postBuild: { substituteStrategy: 'Always' } }, {}, ['removed spec.postBuild.substituteStrategy']],
  ['Kustomization', { decryption: {} }, {}, ['removed spec.decryption']],
  ['HelmRelease', { maxHistory: 0 }, {}, ['removed spec.maxHistory']],
  ['HelmRelease', { persistentClient: false }, {}, ['removed spec.persistentClient']],
  ['HelmRelease', { install: { serverSideApply: false } }, {}, ['removed spec.install.serverSideApply']],
  ['HelmRelease', { waitStrategy: { name: 'poller' } }, {}, ['removed spec.waitStrategy.name']],
  ['HelmRelease', { targetNamespace: 'apps' }, {}, ['removed spec.targetNamespace']],
  [
    'HelmRelease',
    { upgrade: { remediation: { retries: 3, remediateLastFailure: false } } },
    { upgrade: { remediation: { retries: 3 } } },
    ['removed spec.upgrade.remediation.remediateLastFailure'],
  ],
  ['GitRepository', { ignore: '' }, {}, ['removed spec.ignore']],
  ['GitRepository', { ref: { branch: 'master', tag: 'v1' } }, { ref: { tag: 'v1' } }, ['removed spec.ref.branch']],
  ['GitRepository', { url: 'https://x/y' }, { url: 'https://x/y.git' }, ['changed spec.url']],
  ['OCIRepository', { verify: { provider: 'cosign' } }, {}, ['removed spec.verify.provider']],
  ['ImageRepository', { exclusionList: [] }, {}, ['removed spec.exclusionList']],
  ['FluxInstance', { cluster: { networkPolicy: false } }, {}, ['removed spec.cluster.networkPolicy']],
  ['Kustomization', { newField: false }, {}, ['removed spec.newField']],
]

test('values that mean the same are equivalent, with the rule that says so', () => {
  for (const [kind, from, to, expected] of SAME) assert.deepEqual(told(diffSpecs(kind, from, to)), expected)
})

test('values that mean something else are differences', () => {
  for (const [kind, from, to, expected] of DIFFERENT) assert.deepEqual(told(diffSpecs(kind, from, to)), expected)
})

test('a release name follows from the name of the object where that is known', () => {
  const from = { releaseName: 'web-podinfo', targetNamespace: 'web' }
  const to = { targetNamespace: 'web' }
  assert.deepEqual(told(diffSpecs('HelmRelease', from, to, { name: 'podinfo' })), [
    '~ spec.releaseName derived-default',
  ])
  assert.deepEqual(told(diffSpecs('HelmRelease', from, to)), ['removed spec.releaseName'])
})

// The hash is `printf %s NAME | sha256sum | cut -c1-12` of the whole name.
test('a release name that would be too long is shortened with its hash', () => {
  const to = { targetNamespace: 'payments-and-settlement-europe-west' }
  const from = { ...to, releaseName: 'payments-and-settlement-europe-west-chec-c629f63661b5' }
  assert.deepEqual(told(diffSpecs('HelmRelease', from, to, { name: 'checkout-service-blue' })), [
    '~ spec.releaseName derived-default',
  ])
})

test('nothing is defaulted inside Helm values', () => {
  const from = { values: { a: false, b: {}, c: [], d: null, e: '60s', f: '100m', g: 1 } }
  const to = { values: { e: '1m', f: '0.1', g: '1' } }
  assert.deepEqual(told(diffSpecs('HelmRelease', from, to)), [
    'removed spec.values.a',
    'removed spec.values.b',
    'removed spec.values.c',
    'removed spec.values.d',
    'changed spec.values.e',
    'changed spec.values.f',
    'changed spec.values.g',
  ])
})

test('false, {}, [] and null all differ from each other in values', () => {
  const values: Json[] = [false, {}, [], null, 0, '']
  for (const a of values) {
    for (const b of values) {
      const expected = a === b ? [] : ['changed spec.values.x']
      assert.deepEqual(told(diffSpecs('HelmRelease', { values: { x: a } }, { values: { x: b } })), expected)
    }
  }
})

test('numbers that only their digits tell apart are different', () => {
  const big = (digits: string) => ({ values: { n: { $number: digits } } })
  assert.deepEqual(told(diffSpecs('HelmRelease', big('9007199254740993'), big('9007199254740992'))), [
    'changed spec.values.n',
  ])
})

test('a trailing line break in a plain text is a difference', () => {
  assert.deepEqual(told(diffSpecs('HelmRelease', { values: { x: 'a' } }, { values: { x: 'a\n' } })), [
    'changed spec.values.x',
  ])
})

test('intervals of the operator stand in annotations, and unreadable ones mean the default', () => {
  const body = (annotations: Record<string, string>) => ({ metadata: { annotations } })
  const context = contextOf('ResourceSetInputProvider')
  const every = 'fluxcd.controlplane.io/reconcileEvery'
  assert.deepEqual(told(diffTrees(body({ [every]: '600s' }), { spec: {} }, context)), [
    `~ metadata.annotations["${every}"] default-value`,
    '~ spec empty-absent',
  ])
  assert.deepEqual(told(diffTrees(body({ [every]: 'soon' }), body({ [every]: '10m' }), context)), [
    `~ metadata.annotations["${every}"] default-value`,
  ])
  assert.deepEqual(told(diffTrees(body({ [every]: '5m' }), body({}), context)), [
    `removed metadata.annotations["${every}"]`,
  ])
})

test('leaves of a map that one side lacks are changes of their own, with the map named', () => {
  const diff = diffSpecs('HelmRelease', { values: {} }, { values: { a: { b: 1, c: { d: [], e: {} } } } })
  assert.deepEqual(
    diff.changes.map(({ path, change, within, toPointer, fromPointer }) => ({
      path,
      change,
      within,
      toPointer,
      fromPointer,
    })),
    [
      {
        path: 'spec.values.a.b',
        change: 'added',
        within: 'spec.values.a',
        toPointer: '/spec/values/a/b',
        fromPointer: null,
      },
      {
        path: 'spec.values.a.c.d',
        change: 'added',
        within: 'spec.values.a',
        toPointer: '/spec/values/a/c/d',
        fromPointer: null,
      },
      {
        path: 'spec.values.a.c.e',
        change: 'added',
        within: 'spec.values.a',
        toPointer: '/spec/values/a/c/e',
        fromPointer: null,
      },
    ],
  )
})

test('a value against a map is one change with both', () => {
  const [change] = diffSpecs('HelmRelease', { values: { a: 1 } }, { values: { a: { b: 2 } } }).changes
  assert.deepEqual([change?.path, change?.from, change?.to], ['spec.values.a', 1, { b: 2 }])
})

test('pointers are escaped, and keys of prototypes are keys', () => {
  const from = { values: JSON.parse('{"__proto__": {"x": 1}, "a/b~c": 1, "": 1}') as Json }
  const to = { values: JSON.parse('{"constructor": 1, "a/b~c": 2, "toString": {"": 1}}') as Json }
  const { changes } = diffSpecs('HelmRelease', from, to)
  assert.deepEqual(
    changes.map((change) => [change.path, change.change, change.fromPointer, change.toPointer]),
    [
      ['spec.values.__proto__.x', 'removed', '/spec/values/__proto__/x', null],
      ['spec.values.constructor', 'added', null, '/spec/values/constructor'],
      ['spec.values.toString[""]', 'added', null, '/spec/values/toString/'],
      ['spec.values[""]', 'removed', '/spec/values/', null],
      ['spec.values["a/b~c"]', 'changed', '/spec/values/a~1b~0c', '/spec/values/a~1b~0c'],
    ],
  )
})

test('references that name one generated object are judged by its content', () => {
  const from = {
    valuesFrom: [{ kind: 'ConfigMap', name: 'vals-9g9d69c4k8' }],
    kubeConfig: { secretRef: { name: 'k-a' } },
  }
  const to = {
    valuesFrom: [{ kind: 'ConfigMap', name: 'vals-h29d89cmmt' }],
    kubeConfig: { secretRef: { name: 'k-b' } },
  }
  const sameReference = (a: string, b: string) => a.startsWith('vals-') && b.startsWith('vals-')
  assert.deepEqual(told(diffSpecs('HelmRelease', from, to, { sameReference })), [
    'changed spec.kubeConfig.secretRef.name',
    '~ spec.valuesFrom[name=vals-9g9d69c4k8].name generator-hash',
  ])
})

test('an unknown kind is compared as it stands', () => {
  const context = { ...contextOf('x'), group: 'new.fluxcd.io', kind: 'Thing' }
  assert.deepEqual(told(diffTrees({ spec: { wait: false, interval: '60s' } }, { spec: { interval: '1m' } }, context)), [
    'changed spec.interval',
    'removed spec.wait',
  ])
})

test('conditions and inventories of a status are sets', () => {
  const from = {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Healthy', status: 'True' },
    ],
  }
  const to = {
    conditions: [
      { type: 'Healthy', status: 'True' },
      { type: 'Ready', status: 'False' },
    ],
  }
  const expected = ['changed conditions[type=Ready].status', '~ conditions list-order']
  assert.deepEqual(told(diffTrees(from, to, contextOf('Kustomization'))), expected)
})
