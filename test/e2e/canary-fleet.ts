import { canary } from './canaries.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const at = { namespace: 'apps' }

/** Objects with a secret value in every place where one has been seen to stand. `side` makes the two clusters differ. */
export function canaryObjects(side: string): object[] {
  const message = canary('message')
  return [
    secret('values', {
      'values.yaml': `db:\n  password: ${canary('tree')}\n  port: 5432\nlist:\n- ${canary('item')}\n`,
      other: message,
    }),
    secret('basic', { username: canary('user'), password: canary('basic') }),
    secret('pem', {
      'tls.key': `-----BEGIN PRIVATE KEY-----\n${canary('pem').repeat(3)}\n-----END PRIVATE KEY-----\n`,
      'tls.crt': canary('crt'),
    }),
    secret('docker', {
      '.dockerconfigjson': JSON.stringify({ auths: { 'r.example.com': { auth: base64(`bot:${canary('docker')}`) } } }),
    }),
    secret('vars', {
      DB_URL: `postgres://app:${canary('url')}@db:5432/app`,
      multi: `first ${canary('line')}\nsecond ${canary('line')}`,
    }),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { ...at, name: 'stringy' },
      stringData: { key: canary('stringdata') },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { ...at, name: 'malformed' },
      data: { list: [canary('malformed')], text: `not base64: ${canary('malformed')}` },
    },
    configMap('settings', {
      'values.yaml': `apiToken: ${canary('configmap')}\nhost: ${side}.example.com\n`,
      'app.json': JSON.stringify({ clientSecret: canary('json') }),
    }),
    configMap('template', { config: `{{ if .x }}\npassword: ${canary('template')}\n{{ end }}\nside: ${side}\n` }),
    helmRelease(side, message),
    kustomization(side),
    ...effectiveReleases(side),
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { ...at, name: 'repo', managedFields: [writer(canary('writer'))] },
      spec: {
        interval: '1m',
        url: `https://bot:${canary('giturl')}@git.example.com/${side}.git?access_token=${canary('query')}`,
        secretRef: { name: 'basic' },
        certSecretRef: { name: 'pem' },
      },
    },
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'OCIRepository',
      metadata: { ...at, name: 'oci' },
      spec: {
        interval: '1m',
        url: 'oci://r.example.com/x',
        secretRef: { name: 'docker' },
        certSecretRef: { name: 'pem' },
      },
    },
    provider(side),
    {
      apiVersion: 'fluxcd.controlplane.io/v1',
      kind: 'ResourceSet',
      metadata: { ...at, name: 'set' },
      spec: {
        inputs: [{ tenant: side, apiKey: canary('input') }],
        resources: [
          { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'made' }, stringData: { any: canary('resource') } },
        ],
        resourcesTemplate: `apiVersion: v1\nkind: Secret\nmetadata:\n  name: << inputs.tenant >>\nstringData:\n  password: ${canary('rset')}\n`,
      },
    },
    event(side, message),
  ]
}

function secret(name: string, data: Record<string, string>): object {
  const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)]))
  const applied = JSON.stringify({ data: encoded, note: canary('applied') })
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': applied }
  return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { ...at, name, annotations }, data: encoded }
}

function configMap(name: string, data: Record<string, string>): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...at, name }, data }
}

/** An entry of managedFields, which names items of lists by their values. */
function writer(value: string): object {
  return {
    manager: 'kubectl',
    operation: 'Update',
    fieldsV1: { 'f:spec': { 'f:env': { [`k:{"value":"${value}"}`]: {} } } },
  }
}

function helmRelease(side: string, message: string): object {
  const refs = ['values', 'stringy', 'malformed'].map((name) => ({ kind: 'Secret', name, optional: true }))
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: {
      ...at,
      name: 'app',
      annotations: { 'event.toolkit.fluxcd.io/note': `uses ${message}` },
      labels: { note: message },
    },
    spec: {
      interval: '1m',
      chart: {
        spec: {
          chart: 'app',
          version: side === 'staging' ? '1' : '2',
          sourceRef: { kind: 'HelmRepository', name: 'x' },
        },
      },
      valuesFrom: [
        ...refs,
        { kind: 'ConfigMap', name: 'settings' },
        { kind: 'ConfigMap', name: 'template', valuesKey: 'config' },
        { kind: 'Secret', name: 'vars', valuesKey: 'DB_URL', targetPath: 'db.url' },
      ],
      values: {
        adminPassword: canary('inline'),
        copies: [{ metadata: { managedFields: [writer('x')], name: side }, token: canary('copied') }],
        nested: [{ name: 'API_TOKEN', token: canary('nested') }],
        env: [{ name: 'NOTE', value: `seen ${message} here ${side}` }],
        header: `Bearer ${canary('bearer')}`,
        extra: `aws_secret_access_key: ${canary('embedded')}\nregion: ${side}\n`,
        script: `sshpass -p ${canary('command')} ssh app@db.${side}\n`,
        settings: `<server><id>${side}</id><password>${canary('xml')}</password></server>`,
        acl: `user app on >${canary('acl')} ~${side}:* +@all`,
        proxy: `proxy_set_header X-Api-Key "${canary('header')}"; # ${side}`,
      },
      postRenderers: [
        {
          kustomize: {
            patches: [
              { patch: `apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\nstringData:\n  a: ${canary('patch')}\n` },
            ],
          },
        },
      ],
    },
    status: {
      conditions: [
        { type: 'Ready', status: 'False', reason: 'ValuesError', message: `key "${message}" has no value in ${side}` },
      ],
      observedGeneration: 1,
    },
  }
}

/** Releases whose values are merged, cannot be set at their targetPath, or cannot be read: the texts of all of them are secret. */
function effectiveReleases(side: string): object[] {
  const release = (name: string, valuesFrom: object[], values: object): object => ({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { ...at, name },
    spec: { interval: '1m', chartRef: { kind: 'OCIRepository', name: 'oci' }, valuesFrom, values },
  })
  const from = (name: string, rest: object = {}): object => ({ kind: 'Secret', name, ...rest })
  const token = { valuesKey: 'token', targetPath: 'auth.token' }
  return [
    secret('merged', {
      'values.yaml': `auth:\n  password: ${canary('merged')}\n  side: ${side}\n`,
      token: canary(`path${side}`),
    }),
    secret('comma', { token: `${canary('comma')},${canary('commarest')}` }),
    secret('unparsable', { 'values.yaml': `a: ${canary('unparsable')}\nb: [${canary('unclosed')}\n` }),
    secret('list', { 'values.yaml': `- ${canary('listvalues')}\n` }),
    configMap('unparsable', { 'values.yaml': `dbPassword: ${canary('unparsablemap')}\nb: [\n` }),
    release('merged', [from('merged'), from('merged', token)], { auth: { user: 'app', password: canary('below') } }),
    release('comma', [from('comma', token)], {}),
    release('literal', [from('comma', { ...token, literal: true })], { auth: { side } }),
    configMap('commas', { url: `amqp://app:${canary('commaurl')}@host,more.b=plain` }),
    release('commas', [{ kind: 'ConfigMap', name: 'commas', valuesKey: 'url', targetPath: 'mq.url' }], {
      more: { b: side },
    }),
    release('flat', [from('merged', token)], { auth: canary('flat') }),
    release('unparsable', [from('unparsable')], { side }),
    release('list', [from('list')], { side }),
    release('unparsable-map', [{ kind: 'ConfigMap', name: 'unparsable' }], { side }),
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { ...at, name: 'undefined' },
      spec: {
        prune: true,
        sourceRef: { kind: 'GitRepository', name: 'repo' },
        patches: [{ patch: `- op: add\n  path: /x\n  value: \${db_password:-${canary('default')}} \${gone}\n` }],
        postBuild: { substitute: { side }, substituteFrom: [{ kind: 'Secret', name: 'merged' }] },
      },
    },
  ]
}

/** A label and an argument that hold the text of a Secret: findings on what controllers look at quote both. */
export function shardedObjects(): object[] {
  const message = canary('shard')
  const args = ['--log-level=info', `--watch-label-selector=team=${message}`]
  return [
    secret('shard', { key: message }),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace: 'flux-system', name: 'helm-controller', labels: { 'app.kubernetes.io/part-of': 'flux' } },
      spec: {
        template: {
          spec: { containers: [{ name: 'manager', image: 'ghcr.io/fluxcd/helm-controller:v1.6.0', args }] },
        },
      },
    },
    {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { ...at, name: 'sharded', labels: { 'sharding.fluxcd.io/key': message } },
      spec: {
        interval: '1m',
        chartRef: { kind: 'OCIRepository', name: 'oci' },
        valuesFrom: [{ kind: 'Secret', name: 'shard', valuesKey: 'key', targetPath: 'key' }],
      },
    },
  ]
}

function kustomization(side: string): object {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { ...at, name: 'app' },
    spec: {
      interval: '1m',
      prune: true,
      path: `./${side}`,
      sourceRef: { kind: 'GitRepository', name: 'repo' },
      postBuild: {
        substitute: { db_password: canary('substitute'), where: side },
        substituteFrom: [{ kind: 'Secret', name: 'vars' }],
      },
    },
  }
}

function provider(side: string): object {
  return {
    apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
    kind: 'Provider',
    metadata: { ...at, name: 'slack' },
    spec: { type: 'slack', channel: side, address: `https://hooks.slack.com/services/T000/B000/${canary('slack')}` },
  }
}

function event(side: string, message: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { ...at, name: `app.${side}` },
    involvedObject: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', namespace: 'apps', name: 'app' },
    type: 'Warning',
    reason: side === 'staging' ? 'InstallFailed' : 'ValuesError',
    message: `failed with ${message}`,
    count: 2,
  }
}
