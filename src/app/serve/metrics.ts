import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Comparison } from '../../model/comparison.ts'
import { isUnread } from '../../model/coverage.ts'
import type { KindCoverage } from '../../model/coverage.ts'
import type { RequestCount } from '../threads/collect-functions.ts'
import type { Accounted } from '../../workers/scheduler.ts'

/** What is told of a snapshot once it is recorded. */
export type RecordedSnapshot = {
  readonly cluster: string
  readonly seconds: number
  readonly takenAt: string
  readonly isRead: boolean
  readonly coverage: readonly KindCoverage[]
}

/** What is told of a schedule when it is asked for. */
export type ScheduleNumbers = {
  readonly schedule: string
  /** The next due time; null: it does not come again. */
  readonly nextDueMs: number | null
  /** When its newest report was made; null: there is none. */
  readonly lastSuccessMs: number | null
}

/** Numbers that are asked for when Prometheus reads the metrics. */
export type MetricSources = {
  /** Bytes of the database file, and of its write-ahead log; null where there is none. */
  readonly databaseBytes: () => number | null
  readonly walBytes: () => number | null
  /** Waiting jobs per lane. */
  readonly queueDepth: () => Promise<ReadonlyMap<string, number>>
  /** Messages that wait to be sent; null: unknown now. */
  readonly pendingDeliveries: () => number | null
  /** By the name of each channel, whether it refuses for good; null: unknown now. */
  readonly disabledChannels: () => ReadonlyMap<string, boolean> | null
  /** Rejects where they are unknown now. */
  readonly schedules: () => Promise<readonly ScheduleNumbers[]>
}

export type Metrics = {
  readonly snapshotRecorded: (snapshot: RecordedSnapshot) => void
  readonly compared: (comparison: Comparison, seconds: number) => void
  /** One attempt to send a message. */
  readonly delivered: (channel: string, result: 'sent' | 'retry' | 'dead' | 'disabled') => void
  /** What became of due times. */
  readonly accounted: (accounted: Accounted) => void
  /** How requests to clusters were answered that this process sent. */
  readonly kubeRequests: (requests: readonly RequestCount[]) => void
  readonly request: (route: string, method: string, status: number, seconds: number) => void
  /** The exposition text and its content type. */
  readonly expose: () => Promise<{ readonly body: string; readonly contentType: string }>
}

const PREFIX = 'flux_compare_'
const DURATIONS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]

/** Metrics of one process in a registry of their own. Labels hold names of clusters, kinds and routes, never of objects. */
export function createMetrics(version: string, sources: MetricSources): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const named = (name: string, help: string) => ({ name: `${PREFIX}${name}`, help, registers })
  new Gauge({ ...named('build_info', 'Version of flux-compare.'), labelNames: ['version'] }).set({ version }, 1)
  addSources(named, sources)
  addDeliverySources(named, sources)
  const schedules = scheduleMetrics(named)
  return {
    ...snapshotMetrics(named),
    ...comparisonMetrics(named),
    delivered: deliveryMetrics(named),
    accounted: schedules.accounted,
    kubeRequests: kubeMetrics(named),
    request: requestMetrics(named),
    expose: async () => {
      // Where the database is away, its schedules are unknown; the other metrics tell of it.
      schedules.set(await sources.schedules().catch(() => []))
      return { body: await registry.metrics(), contentType: registry.contentType }
    },
  }
}

type Named = (name: string, help: string) => { name: string; help: string; registers: Registry[] }

function snapshotMetrics(named: Named): Pick<Metrics, 'snapshotRecorded'> {
  const duration = new Histogram({
    ...named('snapshot_duration_seconds', 'Time from the begin of a snapshot job until its snapshot was recorded.'),
    labelNames: ['cluster', 'result'],
    buckets: DURATIONS,
  })
  const success = new Gauge({
    ...named('snapshot_last_success_timestamp_seconds', 'When the newest snapshot that could be read was taken.'),
    labelNames: ['cluster'],
  })
  const up = new Gauge({
    ...named('cluster_up', 'Whether the last snapshot could read the cluster: 1, or 0.'),
    labelNames: ['cluster'],
  })
  const objects = new Gauge({
    ...named('snapshot_objects', 'Objects of a kind in the newest snapshot.'),
    labelNames: ['cluster', 'kind'],
  })
  return {
    snapshotRecorded: ({ cluster, seconds, takenAt, isRead, coverage }) => {
      duration.observe({ cluster, result: resultOf(isRead, coverage) }, seconds)
      up.set({ cluster }, isRead ? 1 : 0)
      if (!isRead) return
      success.set({ cluster }, Date.parse(takenAt) / 1000)
      for (const { kind, objects: count } of coverage) objects.set({ cluster, kind }, count)
    },
  }
}

function resultOf(isRead: boolean, coverage: readonly KindCoverage[]): 'complete' | 'partial' | 'failed' {
  if (!isRead) return 'failed'
  return coverage.some(({ status }) => isUnread(status)) ? 'partial' : 'complete'
}

/** Sets of clusters of which drift is told, the last that were compared: callers choose them, and there could be any number. */
const MOST_COMPARED = 200

function comparisonMetrics(named: Named): Pick<Metrics, 'compared'> {
  const duration = new Histogram({
    ...named('comparison_duration_seconds', 'Time to compare and store.'),
    buckets: DURATIONS,
  })
  const drift = new Gauge({
    ...named('drift_items', 'Differences in the newest comparison of these clusters.'),
    labelNames: ['baseline', 'targets', 'severity', 'kind'],
  })
  const labels = new Map<string, readonly Parameters<typeof drift.remove>[0][]>()
  const forget = (pair: string): void => {
    for (const old of labels.get(pair) ?? []) drift.remove(old)
    labels.delete(pair)
  }
  return {
    compared: (comparison, seconds) => {
      duration.observe(seconds)
      const baseline = comparison.baseline ?? ''
      const names = comparison.clusters.map(({ name }) => name).filter((name) => name !== comparison.baseline)
      const targets = names.sort().join(',')
      const pair = `${baseline}\n${targets}`
      forget(pair)
      const counted = countDrift(comparison).map(({ severity, kind, count }) => {
        const label = { baseline, targets, severity, kind }
        drift.set(label, count)
        return label
      })
      labels.set(pair, counted)
      if (labels.size > MOST_COMPARED) forget(labels.keys().next().value!)
    },
  }
}

function countDrift({ drifts }: Comparison): { severity: string; kind: string; count: number }[] {
  const counts = new Map<string, { severity: string; kind: string; count: number }>()
  for (const { ref, differences } of drifts) {
    for (const { severity, classification } of differences) {
      if (classification !== 'drift') continue
      const key = `${severity} ${ref.kind}`
      const row = counts.get(key) ?? { severity, kind: ref.kind, count: 0 }
      row.count += 1
      counts.set(key, row)
    }
  }
  return [...counts.values()]
}

function kubeMetrics(named: Named): Metrics['kubeRequests'] {
  const total = new Counter({
    ...named('kube_requests_total', 'Requests to clusters by the status that answered them; none: no answer came.'),
    labelNames: ['cluster', 'code'],
  })
  return (requests) => {
    for (const { cluster, code, count } of requests) total.inc({ cluster, code }, count)
  }
}

function requestMetrics(named: Named): Metrics['request'] {
  const total = new Counter({
    ...named('http_requests_total', 'Answered requests by route.'),
    labelNames: ['route', 'method', 'code'],
  })
  const duration = new Histogram({
    ...named('http_request_duration_seconds', 'Time to answer a request.'),
    labelNames: ['route', 'method'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  })
  return (route, method, status, seconds) => {
    total.inc({ route, method, code: String(status) })
    duration.observe({ route, method }, seconds)
  }
}

function deliveryMetrics(named: Named): Metrics['delivered'] {
  const total = new Counter({
    ...named('deliveries_total', 'Attempts to send a message, by what became of it.'),
    labelNames: ['channel', 'result'],
  })
  const dead = new Counter(named('deliveries_dead_total', 'Messages that were given up.'))
  return (channel, result) => {
    total.inc({ channel, result })
    if (result === 'dead') dead.inc()
  }
}

function addDeliverySources(named: Named, { pendingDeliveries, disabledChannels }: MetricSources): void {
  void new Gauge({
    ...named('deliveries_pending', 'Messages that wait to be sent.'),
    collect() {
      const count = pendingDeliveries()
      if (count !== null) this.set(count)
    },
  })
  void new Gauge({
    ...named('channel_disabled', 'Whether a channel refused for good: 1, or 0.'),
    labelNames: ['channel'],
    collect() {
      this.reset()
      for (const [channel, isDisabled] of disabledChannels() ?? []) this.set({ channel }, isDisabled ? 1 : 0)
    },
  })
}

type ScheduleMetrics = Pick<Metrics, 'accounted'> & {
  /** Those that are not among them are not told any more. */
  readonly set: (schedules: readonly ScheduleNumbers[]) => void
}

function scheduleMetrics(named: Named): ScheduleMetrics {
  const labelNames = ['schedule'] as const
  const total = new Counter({
    ...named('schedule_due_total', 'Due times of schedules by what became of them.'),
    labelNames: [...labelNames, 'outcome'],
  })
  const nextDue = new Gauge({
    ...named('schedule_next_due_timestamp_seconds', 'When a schedule is due next.'),
    labelNames,
  })
  const lastSuccess = new Gauge({
    ...named('schedule_last_success_timestamp_seconds', 'When the newest report of a schedule was made.'),
    labelNames,
  })
  return {
    accounted: ({ schedule, without, run }) => {
      for (const { outcome } of without) total.inc({ schedule, outcome })
      if (run !== null) total.inc({ schedule, outcome: 'ran' })
    },
    set: (schedules) => {
      nextDue.reset()
      lastSuccess.reset()
      for (const { schedule, nextDueMs, lastSuccessMs } of schedules) {
        if (nextDueMs !== null) nextDue.set({ schedule }, nextDueMs / 1000)
        if (lastSuccessMs !== null) lastSuccess.set({ schedule }, lastSuccessMs / 1000)
      }
    },
  }
}

function addSources(named: Named, { databaseBytes, walBytes, queueDepth }: MetricSources): void {
  const sizes = [
    ['db_size_bytes', 'Size of the database file.', databaseBytes],
    ['db_wal_size_bytes', 'Size of the write-ahead log: it grows while somebody reads one old state.', walBytes],
  ] as const
  for (const [name, help, bytesOf] of sizes) {
    void new Gauge({
      ...named(name, help),
      collect() {
        this.set(bytesOf() ?? 0)
      },
    })
  }
  void new Gauge({
    ...named('queue_depth', 'Jobs that wait.'),
    labelNames: ['lane'],
    async collect() {
      for (const [lane, depth] of await queueDepth()) this.set({ lane }, depth)
    },
  })
}
