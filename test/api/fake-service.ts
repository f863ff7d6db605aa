import { AppError } from '../../src/model/errors.ts'
import type { Comparison } from '../../src/model/comparison.ts'
import type { SnapshotDocument } from '../../src/model/snapshot-document.ts'
import { renderComparison } from '../../src/report/render.ts'
import { OUTPUT_FORMATS } from '../../src/report/formats.ts'
import type { RunRecord, SnapshotJobRecord } from '../../src/service/runs.ts'
import type { ClusterView, JobEvent, Rendered, Service } from '../../src/service/service.ts'
import { comparison, difference, drift, finding, missing, ref } from '../report/sample-comparison.ts'

/** Answers of fixed shape, for tests of what HTTP makes of them; what the service answers itself is tested with the real one. */
export function fakeService(overrides: Partial<Service> = {}): Service {
  const unknown = (what: string): never => {
    throw new AppError('not-found', `there is no ${what}`)
  }
  return {
    listClusters: async () => [CLUSTER],
    cluster: async (_access, name) => (name === 'staging' ? CLUSTER : unknown('such cluster')),
    requestSnapshot: async () => ({ job: JOB, joined: true }),
    listSnapshots: async () => ({ items: [SNAPSHOT], next: 'next' }),
    snapshot: async () => ({ ...SNAPSHOT, namespaces: null, flux: 'v2.9.4', kubernetes: null, coverage: [] }),
    snapshotObjects: async () => ({ items: [OBJECT], next: null }),
    snapshotObject: async () => ({ ...OBJECT, body: { spec: {} }, status: null }),
    exportSnapshot: async () => ({ body: JSON.stringify(EXPORTED), etag: 'export' }),
    requestComparison: async () => RUN,
    listRuns: async () => ({ items: [RUN], next: null }),
    run: async (_access, id) => (id === 'run_1' ? DONE : id === 'run_2' ? RUN : unknown('such comparison')),
    cancelRun: async () => ({ ...RUN, phase: 'cancelled', finishedAt: TIME }),
    comparison: async () => COMPARISON,
    renderComparison: async (_access, _id, format) => render(format),
    differences: async () => ({ items: [], next: null }),
    compare: async (_access, query, format) => (query.age === null ? { rendered: render(format) } : { run: RUN }),
    objectAcross: async () => ({ ref: OBJECT.ref, presence: { staging: 'present' }, variants: [] }),
    listJobs: async () => ({ items: [JOB], next: null }),
    job: async (_access, id) => (id === 'job_1' ? JOB : unknown('such job')),
    watchJob: async () => events(),
    readiness: async () => ({ database: true, queue: true }),
    ...overrides,
  }
}

const TIME = '2026-11-21T07:00:00.000Z'

export const COMPARISON: Comparison = comparison(
  [
    drift(ref('HelmRelease', 'apps', 'shop'), [
      difference({
        path: 'spec.text',
        values: { staging: '<script>', production: '&"x' },
        changes: { production: 'changed' },
      }),
    ]),
    missing(ref('Kustomization', 'apps', 'base')),
  ],
  { findings: [finding({})] },
)

export const JOB: SnapshotJobRecord = {
  id: 'job_1',
  cluster: 'staging',
  pool: 'default',
  phase: 'running',
  fence: 7,
  requestedBy: 'team',
  requestedAt: TIME,
  startedAt: TIME,
  finishedAt: null,
  progress: { step: 'list', kind: 'HelmRelease', objects: 3 },
  snapshot: null,
  error: null,
}

const RUN: RunRecord = {
  id: 'run_2',
  phase: 'collecting',
  request: {
    baseline: 'staging',
    clusters: ['staging', 'production'],
    layers: ['spec'],
    filter: { kinds: null, namespaces: null, selector: null, resource: null },
    ignore: [],
    explain: false,
  },
  requestedBy: 'team',
  requestedAt: TIME,
  finishedAt: null,
  sides: [
    { cluster: 'staging', snapshot: null, job: 'job_1' },
    { cluster: 'production', snapshot: 'snap_production', job: null },
  ],
  fence: 1,
  verdict: null,
  differences: null,
  error: null,
}

const DONE: RunRecord = { ...RUN, id: 'run_1', phase: 'done', finishedAt: TIME, verdict: 'drifted', differences: 2 }

const SNAPSHOT = {
  id: 'snap_1',
  cluster: 'staging',
  uid: null,
  takenAt: TIME,
  engine: '0.0.0',
  error: null,
  objects: 10,
  changed: 2,
}

const EXPORTED: SnapshotDocument = {
  apiVersion: 'flux-compare.dev/v1',
  kind: 'Snapshot',
  id: 'snap_1',
  cluster: 'staging',
  uid: null,
  takenAt: TIME,
  engine: '0.0.0',
  mask: '1:key:equality',
  secretSet: '',
  namespaces: null,
  error: null,
  install: { flux: null, operator: null, kubernetes: null, controllers: [] },
  served: [],
  coverage: [],
  objects: [],
  references: [],
  events: null,
}

const CLUSTER: ClusterView = {
  name: 'staging',
  slug: 'staging',
  labels: { env: 'staging' },
  namespaces: null,
  pool: 'default',
  secretCompare: 'equality',
  reachable: 'yes',
  error: null,
  flux: 'v2.9.4',
  kubernetes: 'v1.36.2',
  uid: 'uid',
  lastSnapshot: SNAPSHOT,
  lastGoodSnapshot: null,
  jobInFlight: null,
  coverage: [],
}

const OBJECT = { ref: ref('HelmRelease', 'apps', 'shop'), version: 'v2', digest: 'sha256:0', labels: {} }

function render(format: string): Rendered {
  const known = OUTPUT_FORMATS.find((name) => name === format)!
  const options = { width: 80, color: false, explain: false, maxObjects: null }
  return { body: renderComparison(COMPARISON, known, options), etag: `digest-${format}` }
}

async function* events(): AsyncGenerator<JobEvent> {
  yield { type: 'progress', job: JOB }
  yield { type: 'done', job: { ...JOB, phase: 'done', finishedAt: TIME, snapshot: 'snap_1' } }
}
