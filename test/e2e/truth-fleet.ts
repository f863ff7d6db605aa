/** A fleet of every kind, with the shapes that are hard to compare. It is written by hand and knows nothing of the code under test. */

export type Value = null | boolean | number | bigint | string | Value[] | ValueMap
export type ValueMap = { [key: string]: Value }
export type KubeObject = {
  apiVersion: string
  kind: string
  metadata: ValueMap & { name: string; namespace: string }
} & ValueMap

function object(apiVersion: string, kind: string, name: string, content: ValueMap): KubeObject {
  return { apiVersion, kind, metadata: { name, namespace: 'apps' }, ...content }
}

function source(kind: string, name: string, spec: ValueMap): KubeObject {
  return object('source.toolkit.fluxcd.io/v1', kind, name, { spec })
}

function image(kind: string, name: string, spec: ValueMap): KubeObject {
  return object('image.toolkit.fluxcd.io/v1', kind, name, { spec })
}

function notification(kind: string, name: string, spec: ValueMap): KubeObject {
  const version = kind === 'Receiver' ? 'v1' : 'v1beta3'
  return object(`notification.toolkit.fluxcd.io/${version}`, kind, name, { spec })
}

function operator(kind: string, name: string, spec: ValueMap): KubeObject {
  return object('fluxcd.controlplane.io/v1', kind, name, { spec })
}

/** `__proto__` as an own key, which an object literal cannot write. */
function withProto(map: ValueMap, value: Value): ValueMap {
  return Object.defineProperty(map, '__proto__', { value, enumerable: true, configurable: true, writable: true })
}

const HELM_VALUES: ValueMap = withProto(
  {
    replicas: 3,
    ratio: 0.5,
    limit: 9007199254740993n,
    enabled: true,
    disabled: false,
    none: null,
    text: '',
    emptyMap: {},
    emptyList: [],
    '': 'empty key',
    'a.b': { 'c/d~e': 'awkward', 'x[0]': 1 },
    notes: 'first line\nsecond line\nthird line\n',
    config: 'server:\n  port: 8080\n  hosts:\n    - one\n    - two\n',
    json: '{"level":"info","sinks":["a","b"]}',
    args: ['--v=1', '--leader', '--v=1'],
    matrix: [
      [1, 2],
      [3, [4, 5]],
    ],
    env: [
      { name: 'LOG', value: 'info' },
      { name: 'MODE', value: 'fast', extra: { deep: [1, { x: null }] } },
      { name: 'OPT' },
    ],
    ports: [{ containerPort: 80 }, { containerPort: 443, labels: { a: '1' } }],
    tolerations: [{ operator: 'Exists' }, { effect: 'NoSchedule', operator: 'Equal' }, {}],
    resources: { limits: { cpu: '100m', memory: '1Gi' }, requests: { cpu: '0.1', memory: '1024Mi' } },
    affinity: { node: { terms: [{ weight: 1, match: [{ key: 'zone', values: ['a', 'b'] }] }] } },
  },
  { polluted: false },
)

const PATCH = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: any\nspec:\n  replicas: 2\n'

export function truthFleet(): KubeObject[] {
  return structuredClone([
    object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'tenant', {
      spec: {
        interval: '10m',
        retryInterval: '2m',
        timeout: '5m',
        path: './tenants/base',
        prune: true,
        wait: true,
        sourceRef: { kind: 'GitRepository', name: 'fleet' },
        dependsOn: [{ name: 'crds' }, { name: 'infra', namespace: 'flux-system' }],
        postBuild: {
          substitute: { region: 'eu-west-1', '': 'none', replicas: '3' },
          substituteFrom: [
            { kind: 'ConfigMap', name: 'cluster-vars' },
            { kind: 'Secret', name: 'cluster-keys', optional: true },
          ],
        },
        patches: [
          { patch: PATCH, target: { kind: 'Deployment', labelSelector: 'app=web' } },
          { patch: '- op: remove\n  path: /spec/replicas\n', target: { kind: 'StatefulSet' } },
        ],
        images: [
          { name: 'web', newTag: '1.2.3' },
          { name: 'db', newName: 'registry.example.com/db' },
        ],
        healthChecks: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'apps' }],
        healthCheckExprs: [{ apiVersion: 'example.com/v1', kind: 'Thing', current: 'status.ready == true' }],
        components: ['../a', '../b'],
        commonMetadata: { labels: { team: 'a' }, annotations: { note: 'x' } },
      },
    }),
    object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'web', {
      spec: {
        interval: '5m',
        chart: {
          spec: {
            chart: 'web',
            version: '>=1.0.0 <2.0.0',
            sourceRef: { kind: 'HelmRepository', name: 'charts' },
            valuesFiles: ['values.yaml', 'values-prod.yaml'],
          },
        },
        install: { crds: 'CreateReplace', remediation: { retries: 3 } },
        upgrade: { crds: 'Skip', remediation: { retries: 3, remediateLastFailure: true } },
        maxHistory: 5,
        driftDetection: { mode: 'enabled', ignore: [{ paths: ['/spec/replicas'], target: { kind: 'Deployment' } }] },
        postRenderers: [{ kustomize: { patches: [{ patch: PATCH, target: { kind: 'Deployment' } }] } }],
        valuesFrom: [
          { kind: 'ConfigMap', name: 'web-values' },
          { kind: 'Secret', name: 'web-secret-values', valuesKey: 'values.yaml' },
        ],
        values: HELM_VALUES,
      },
    }),
    source('GitRepository', 'fleet', {
      interval: '1m',
      url: 'https://git.example.com/fleet',
      ref: { branch: 'main' },
      ignore: '# all\n/*\n!/deploy\n',
      secretRef: { name: 'git-login' },
      include: [{ repository: { name: 'common' }, fromPath: 'a', toPath: 'b' }],
      sparseCheckout: ['deploy', 'base'],
      recurseSubmodules: true,
    }),
    source('OCIRepository', 'artifacts', {
      interval: '5m',
      url: 'oci://registry.example.com/artifacts',
      ref: { semver: '1.x', semverFilter: '.*-rc.*' },
      layerSelector: { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', operation: 'copy' },
      verify: { provider: 'cosign', matchOIDCIdentity: [{ issuer: '^https://a$', subject: '^b$' }] },
    }),
    source('HelmRepository', 'charts', { interval: '1h', url: 'https://charts.example.com', type: 'default' }),
    source('HelmChart', 'extra', {
      interval: '1h',
      chart: 'extra',
      version: '2.0.0',
      sourceRef: { kind: 'HelmRepository', name: 'charts' },
      valuesFiles: ['a.yaml', 'b.yaml'],
    }),
    source('Bucket', 'models', {
      interval: '5m',
      bucketName: 'models',
      endpoint: 's3.example.com',
      region: 'eu',
      provider: 'generic',
      prefix: 'v1/',
      sts: { provider: 'aws', endpoint: 'https://sts.example.com' },
    }),
    source('ExternalArtifact', 'built', { sourceRef: { apiVersion: 'example.com/v1', kind: 'Builder', name: 'one' } }),
    object('source.extensions.fluxcd.io/v1beta1', 'ArtifactGenerator', 'split', {
      spec: {
        sources: [{ alias: 'git', kind: 'GitRepository', name: 'fleet' }],
        artifacts: [
          { name: 'one', copy: [{ from: '@git/one/**', to: '@artifact/', exclude: ['*.md'] }] },
          { name: 'two', originRevision: '@git', copy: [{ from: '@git/two/**', to: '@artifact/' }] },
        ],
      },
    }),
    image('ImageRepository', 'web', {
      image: 'registry.example.com/web',
      interval: '5m',
      exclusionList: ['^.*\\.sig$'],
    }),
    image('ImagePolicy', 'web', {
      imageRepositoryRef: { name: 'web' },
      filterTags: { pattern: '^main-(?P<ts>\\d+)$', extract: '$ts' },
      policy: { numerical: { order: 'desc' } },
    }),
    image('ImageUpdateAutomation', 'all', {
      interval: '30m',
      sourceRef: { kind: 'GitRepository', name: 'fleet' },
      git: {
        checkout: { ref: { branch: 'main' } },
        commit: { author: { name: 'flux', email: 'flux@example.com' }, messageTemplate: 'update {{ range .Updated }}' },
        push: { branch: 'updates', options: { a: 'b' } },
      },
      update: { path: './apps', strategy: 'Setters' },
      policySelector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'x', operator: 'In', values: ['1', '2'] }] },
    }),
    notification('Provider', 'chat', {
      type: 'slack',
      channel: 'general',
      username: 'flux',
      secretRef: { name: 'chat' },
    }),
    notification('Alert', 'all', {
      providerRef: { name: 'chat' },
      eventSeverity: 'error',
      eventSources: [
        { kind: 'Kustomization', name: '*' },
        { kind: 'HelmRelease', name: 'web', namespace: 'apps' },
      ],
      exclusionList: ['^Dependencies.*', 'waiting'],
      eventMetadata: { cluster: 'one' },
    }),
    notification('Receiver', 'push', {
      type: 'github',
      events: ['ping', 'push'],
      resources: [{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', name: 'fleet' }],
      secretRef: { name: 'hook' },
    }),
    operator('FluxInstance', 'flux', {
      distribution: { version: '2.x', registry: 'ghcr.io/fluxcd', artifact: 'oci://registry.example.com/manifests' },
      components: ['source-controller', 'kustomize-controller', 'helm-controller'],
      cluster: { type: 'kubernetes', multitenant: true, networkPolicy: true, domain: 'cluster.local' },
      kustomize: { patches: [{ patch: PATCH, target: { kind: 'Deployment' } }] },
      sync: {
        kind: 'GitRepository',
        url: 'https://git.example.com/fleet',
        ref: 'refs/heads/main',
        path: 'clusters/one',
      },
    }),
    operator('ResourceSet', 'apps', {
      inputs: [
        { tenant: 'a', tag: '1.0.0', list: [1, 2, { deep: true }] },
        { tenant: 'b', tag: '1.0.1', empty: {} },
      ],
      resources: [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: '<< inputs.tenant >>' } },
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'flux', namespace: '<< inputs.tenant >>' } },
      ],
      dependsOn: [{ apiVersion: 'v1', kind: 'ServiceAccount', name: 'x', namespace: 'y', ready: true }],
    }),
    operator('ResourceSetInputProvider', 'pulls', {
      type: 'GitHubPullRequest',
      url: 'https://github.example.com/org/app',
      filter: { limit: 10, labels: ['preview', 'deploy'], includeBranch: '^feat/.*' },
      defaultValues: { env: 'preview', nested: { a: [1, 2, 3] } },
      schedule: [{ cron: '0 6 * * *', timeZone: 'UTC', window: '1h' }],
    }),
    operator('FluxReport', 'flux', { distribution: { status: 'Installed', entitlement: 'x', version: 'v2.9.4' } }),
    object('v1', 'ConfigMap', 'cluster-vars', {
      data: { region: 'eu', 'zone.a': '1', multi: 'one\ntwo\n', empty: '' },
    }),
    object('v1', 'ConfigMap', 'web-values', {
      data: {
        'values.yaml': 'web:\n  list:\n    - a\n    - b\n  map: {x: 1}\n',
        'other.txt': 'plain text\nof two lines',
      },
    }),
    object('v1', 'Secret', 'cluster-keys', { data: { one: base64('first-value'), two: base64('second-value') } }),
    object('v1', 'Secret', 'web-secret-values', {
      data: { 'values.yaml': base64('db:\n  user: example-user\n  phrase: correct-horse\n') },
    }),
    object('v1', 'Secret', 'git-login', { data: { username: base64('robot-user'), known_hosts: base64('host-line') } }),
    object('v1', 'Secret', 'chat', { data: { address: base64('https://chat.example.com/hook') } }),
    object('v1', 'Secret', 'hook', { data: { token: base64('0123456789abcdef') } }),
    // Nothing refers to these: Flux does not read them, so they are not compared.
    object('v1', 'ConfigMap', 'unrelated', { data: { a: '1' } }),
    object('v1', 'Secret', 'unrelated', { data: { a: base64('never-read') } }),
  ])
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
