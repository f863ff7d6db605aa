/** A generated fleet: deterministic, so that every run of a benchmark measures the same bytes. */
export type FleetSize = { readonly objects: number; readonly references: number }

const APPS = ['frontend', 'cart', 'checkout', 'search', 'mailer', 'pricing', 'stock', 'gateway']

/** `objects` Flux objects of about 3 KB, of which `references` HelmReleases name one ConfigMap or Secret each; `changed`: numbers whose content differs. */
export function fleetObjects({ objects, references }: FleetSize, changed: ReadonlySet<number> = new Set()): object[] {
  const flux = Array.from({ length: objects }, (_, n) => fluxObject(n, references, changed.has(n) ? 1 : 0))
  const data = Array.from({ length: references }, (_, n) => referenced(n))
  return [...flux, ...data]
}

/** The object with number `n` after its update number `edition`; updates with different numbers differ. */
export function changedObject(n: number, { references }: FleetSize, edition = 1): object {
  return fluxObject(n, references, edition)
}

/** The first `references` objects are HelmReleases that name a ConfigMap or Secret; of ten later ones 7, then 2 Kustomizations and a GitRepository. */
function fluxObject(n: number, references: number, edition: number): object {
  if (n < references || n % 10 < 7) return helmRelease(n, references, edition)
  return n % 10 < 9 ? kustomization(n, references, edition) : gitRepository(n, edition)
}

function identity(n: number): { name: string; namespace: string } {
  return { name: `${APPS[n % APPS.length]}-${n}`, namespace: `team-${n % 40}` }
}

/** One of forty objects that others name, by the last digit of its number: see `fluxObject`. */
function shared(n: number, references: number, digit: number): { name: string; namespace: string } {
  return identity(references - (references % 10) + digit + 10 * (n % 40))
}

function metadata(n: number): object {
  const labels = { 'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }
  return { ...identity(n), labels, generation: 3 }
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

function helmRelease(n: number, references: number, edition: number): object {
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
        env: Array.from({ length: 20 }, (_, i) => ({ name: `SETTING_${i}`, value: `value ${i} of application ${n}` })),
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

function kustomization(n: number, references: number, edition: number): object {
  const patch = `- op: add\n  path: /spec/template/metadata/annotations\n  value:\n    note: ${'x'.repeat(300)}${n}\n`
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
        substitute: Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`variable_${i}`, `value ${i} of ${n}`])),
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

function gitRepository(n: number, edition: number): object {
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

function referenced(n: number): object {
  const values = `replicaCount: ${n % 4}\nhost: app-${n}.example.com\ndatabase:\n  user: app\n  password: Xk9-${n}-${(n * 7919) % 100_003}-pq\n`
  const named = { name: `values-${n}`, namespace: `team-${n % 40}` }
  if (n % 2 === 0) return { apiVersion: 'v1', kind: 'ConfigMap', metadata: named, data: { 'values.yaml': values } }
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: named,
    data: { 'values.yaml': Buffer.from(values).toString('base64') },
  }
}
