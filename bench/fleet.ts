/** A generated fleet: deterministic, so that every run of a benchmark measures the same bytes. */
export type FleetSize = { readonly objects: number; readonly references: number }

const APPS = ['frontend', 'cart', 'checkout', 'search', 'mailer', 'pricing', 'stock', 'gateway']

/** `objects` Flux objects of 3.3 KB, a third of it bookkeeping as on any API server, of which `references` HelmReleases name one ConfigMap or Secret each; `changed`: numbers whose content differs. */
export function fleetObjects({ objects, references }: FleetSize, changed: ReadonlySet<number> = new Set()): object[] {
  const flux = Array.from({ length: objects }, (_, n) => managed(fluxObject(n, references, changed.has(n) ? 1 : 0)))
  const data = Array.from({ length: references }, (_, n) => managed(referenced(n)))
  return [...flux, ...data]
}

/** The object with number `n` after its update number `edition`; updates with different numbers differ. */
export function changedObject(n: number, { references }: FleetSize, edition = 1): object {
  return managed(fluxObject(n, references, edition))
}

/** The first `references` objects are HelmReleases that name a ConfigMap or Secret; of ten later ones 7, then 2 Kustomizations and a GitRepository. */
function fluxObject(n: number, references: number, edition: number): Managed {
  if (n < references || n % 10 < 7) return helmRelease(n, references, edition)
  return n % 10 < 9 ? kustomization(n, references, edition) : gitRepository(n, edition)
}

/** As an API server gives it: with the fields that kustomize-controller applied, and those that another controller wrote of the status. */
function managed(object: Managed): object {
  const { apiVersion, kind: _kind, metadata, status, ...content } = object
  const entry = (manager: string, operation: string, fields: object): object => ({
    apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
    manager,
    operation,
    time: '2026-11-20T08:00:00Z',
  })
  const applying = entry(
    'kustomize-controller',
    'Apply',
    fieldsOf({ metadata: { labels: metadata.labels ?? {} }, ...content }),
  )
  const reporting = { ...entry('controller', 'Update', fieldsOf({ status: status ?? {} })), subresource: 'status' }
  const managedFields = status === undefined ? [applying] : [applying, reporting]
  return { ...object, metadata: { ...metadata, managedFields } }
}

type Managed = {
  readonly metadata: { readonly labels?: object; readonly [key: string]: unknown }
  readonly status?: object
  readonly [key: string]: unknown
}

/** FieldsV1 of what is applied: lists count as one. */
function fieldsOf(value: object): object {
  const fields = Object.entries(value).map(([key, child]: [string, unknown]) => {
    const isMap = typeof child === 'object' && child !== null && !Array.isArray(child)
    return [`f:${key}`, isMap ? fieldsOf(child) : {}]
  })
  return Object.fromEntries(fields)
}

function identity(n: number): { name: string; namespace: string } {
  return { name: `${APPS[n % APPS.length]}-${n}`, namespace: `team-${n % 40}` }
}

/** One of forty objects that others name, by the last digit of its number: see `fluxObject`. */
function shared(n: number, references: number, digit: number): { name: string; namespace: string } {
  return identity(references - (references % 10) + digit + 10 * (n % 40))
}

const LABELS = { 'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }

function metadata(n: number): Managed['metadata'] {
  return { ...identity(n), labels: LABELS, generation: 3 }
}

function status(n: number): object {
  const at = '2026-11-20T08:00:00Z'
  const condition = (type: string): object => ({
    lastTransitionTime: at,
    message: `release team-${n}@v${n} succeeded`,
    observedGeneration: 3,
    reason: 'UpgradeSucceeded',
    status: 'True',
    type,
  })
  return {
    conditions: [condition('Ready'), condition('Released')],
    observedGeneration: 3,
    lastAttemptedRevision: `6.${n % 9}.1`,
  }
}

function helmRelease(n: number, references: number, edition: number): Managed {
  const source = n % 2 === 0 ? 'ConfigMap' : 'Secret'
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: metadata(n),
    spec: {
      interval: '30m',
      chart: {
        spec: {
          chart: APPS[n % APPS.length],
          version: edition > 0 ? `6.9.${edition}` : `6.${n % 9}.1`,
          sourceRef: { kind: 'GitRepository', ...shared(n, references, 9) },
        },
      },
      install: { remediation: { retries: 3 } },
      upgrade: { remediation: { retries: 3 }, crds: 'CreateReplace' },
      ...(n < references ? { valuesFrom: [{ kind: source, name: `values-${n}`, valuesKey: 'values.yaml' }] } : {}),
      values: {
        replicaCount: (n % 5) + 1,
        image: { repository: `registry.example.com/shop/${APPS[n % APPS.length]}`, tag: `v1.${n % 30}.0` },
        env: Array.from({ length: 14 }, (_, i) => ({ name: `SETTING_${i}`, value: `value ${i} of application ${n}` })),
        resources: { limits: { cpu: '500m', memory: '512Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
        ingress: {
          enabled: true,
          hosts: [{ host: `app-${n}.example.com`, paths: [{ path: '/', pathType: 'Prefix' }] }],
        },
        nodeSelector: { 'kubernetes.io/os': 'linux' },
      },
    },
    status: status(n),
  }
}

function kustomization(n: number, references: number, edition: number): Managed {
  const patch = `- op: add\n  path: /spec/template/metadata/annotations\n  value:\n    note: ${'x'.repeat(200)}${n}\n`
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: metadata(n),
    spec: {
      interval: `${10 + edition}m`,
      path: `./apps/app-${n}`,
      prune: true,
      sourceRef: { kind: 'GitRepository', ...shared(n, references, 9) },
      dependsOn: [shared(n, references, 7), shared(n, references, 8)],
      postBuild: {
        substitute: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`variable_${i}`, `value ${i} of ${n}`])),
      },
      patches: Array.from({ length: 3 }, (_, i) => ({ patch, target: { kind: 'Deployment', name: `part-${i}` } })),
    },
    status: {
      ...status(n),
      inventory: {
        entries: Array.from({ length: 10 }, (_, i) => ({ id: `team_app-${n}-${i}_apps_Deployment`, v: 'v1' })),
      },
    },
  }
}

function gitRepository(n: number, edition: number): Managed {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: metadata(n),
    spec: {
      interval: '5m',
      url: `https://git.example.com/team/app-${n}`,
      ref: { branch: edition > 0 ? `release-${edition}` : 'main' },
      ignore: `# all but deploy\n/*\n!/deploy\n${'# note\n'.repeat(250)}`,
    },
    status: status(n),
  }
}

function referenced(n: number): Managed {
  const values = `replicaCount: ${n % 4}\nhost: app-${n}.example.com\ndatabase:\n  user: app\n  password: Xk9-${n}-${(n * 7919) % 100_003}-pq\n`
  const named = { name: `values-${n}`, namespace: `team-${n % 40}`, labels: LABELS }
  if (n % 2 === 0) return { apiVersion: 'v1', kind: 'ConfigMap', metadata: named, data: { 'values.yaml': values } }
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: named,
    data: { 'values.yaml': Buffer.from(values).toString('base64') },
  }
}
