import { setMaxListeners } from 'node:events'
import type { FingerprintKey } from '../flux/fingerprint.ts'
import { createMasker, type Masker } from '../flux/mask-object.ts'
import { AppError, asAppError } from '../model/errors.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Clock, CollectRequest, Ids, KnownObjects, SnapshotSource } from '../service/ports.ts'
import { assembleSnapshot, failedSnapshot } from './assemble-snapshot.ts'
import type { ClusterTarget } from './cluster-target.ts'
import { createCredentials } from './credentials.ts'
import { CONNECT_TIMEOUT_MS } from './dispatcher.ts'
import { createKubeApi } from './kube-api.ts'
import type { Contexts } from './kubeconfig.ts'
import type { Environment } from './kubeconfig-file.ts'
import { readCluster, type Reading, type ReadRequest } from './read-cluster.ts'
import { REAL_TIMING, type Timing } from './retry.ts'
import { openTransport } from './transport.ts'

/** How one cluster is read. */
export type ClusterSettings = {
  /** `--as`; null: as the kubeconfig says. */
  readonly as: string | null
  readonly asGroups: readonly string[]
  readonly requestTimeoutMs: number
  readonly clusterTimeoutMs: number
  /** How kubectl gets at it, for hints; default `kubectl --context NAME`. */
  readonly kubectl?: string
}

export type ClusterSourceOptions = ClusterSettings & {
  readonly contexts: Contexts
  readonly env: Environment
  /** In the place of the settings above, for each cluster its own. */
  readonly perCluster?: (cluster: string) => ClusterSettings
  readonly engine: string
  readonly fingerprintKey: FingerprintKey
  readonly clock: Clock
  readonly ids: Ids
  readonly timing?: Timing
  readonly connectTimeoutMs?: number
  readonly pluginTimeoutMs?: number
  /** Hears of each request to a cluster how it was answered: by its status, or null where no answer came. */
  readonly onAnswer?: (cluster: string, status: number | null) => void
}

const PLUGIN_TIMEOUT_MS = 30_000

/**
 * Reads clusters by the contexts of a kubeconfig. Each `collect` connects anew, with credentials of its own, and closes its
 * connections. Rejects with `context-unknown` or `no-clusters` for a name that is none, and with `interrupted`; every
 * other failure is a snapshot with `error` set, or a row of its coverage.
 */
export function createClusterSource(options: ClusterSourceOptions): SnapshotSource {
  return { collect: (request) => collect(request, options) }
}

async function collect(request: CollectRequest, options: ClusterSourceOptions): Promise<Snapshot> {
  const masker = createMasker({ key: options.fingerprintKey, secrets: request.scope.secrets })
  const header = {
    id: options.ids.next('snap'),
    cluster: request.cluster,
    takenAt: options.clock.now().toISOString(),
    engine: options.engine,
    namespaces: request.scope.namespaces,
  }
  const progress = (step: 'done' | 'failed', objects: number): void =>
    request.progress({ cluster: request.cluster, step, kind: null, objects })
  try {
    const known = once(() => comparableTo(masker, options.engine, request.known?.() ?? null))
    const wanted = {
      ...request,
      subject: `cluster ${request.cluster}`,
      known,
      learn: masker.learn,
      secretSet: masker.secretSet,
    }
    const reading = await read(wanted, options)
    const snapshot = assemble(header, reading, masker, known())
    progress('done', snapshot.entries.length)
    return snapshot
  } catch (error) {
    const known = asAppError(error)
    if (REJECTED.has(known.code)) throw known
    progress('failed', 0)
    const settings = settingsOf(request, options)
    return failedSnapshot(
      header,
      addressed(known, settings.kubectl ?? `kubectl --context ${request.cluster}`, settings.as),
      masker,
    )
  }
}

/** What is wrong with the command, the history or this program rather than with one cluster. */
const REJECTED: ReadonlySet<string> = new Set([
  'context-unknown',
  'no-clusters',
  'input-invalid',
  'history-corrupt',
  'history-unavailable',
  'interrupted',
  'internal',
])

/** Hints speak of CONTEXT, since they are written before one is known; and a refusal may be that of the impersonation. */
function addressed(error: AppError, kubectl: string, as: string | null): AppError {
  const own = error.hint.replaceAll('kubectl --context CONTEXT', () => kubectl)
  const isRefused = error.code === 'cluster-forbidden' && as !== null
  const hint = isRefused ? `Check that ${as} has the right, and that the credentials may impersonate ${as}.` : own
  return new AppError(error.code, error.message, { hint, cause: error })
}

function settingsOf(request: Pick<CollectRequest, 'cluster'>, options: ClusterSourceOptions): ClusterSettings {
  return options.perCluster?.(request.cluster) ?? options
}

type Header = Parameters<typeof failedSnapshot>[0]

/** Digests of another engine or mask say nothing here; whether the Secrets are the same is not known before all of them are read. */
function comparableTo(masker: Masker, engine: string, known: KnownObjects | null): KnownObjects | null {
  return known?.engine === engine && known.mask === masker.id ? known : null
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => (made ??= { value: make() }).value
}

function assemble(header: Header, reading: Reading, masker: Masker, known: KnownObjects | null): Snapshot {
  const { uid, install, served, schemaSet, coverage, ...rest } = reading
  return assembleSnapshot({
    header: { ...header, uid, install, served, schemaSet, coverage, error: null },
    ...rest,
    masker,
    known,
  })
}

async function read(request: ReadRequest, options: ClusterSourceOptions): Promise<Reading> {
  const settings = settingsOf(request, options)
  const target = impersonating(options.contexts.target(request.cluster), settings)
  const timing = options.timing ?? REAL_TIMING
  const { subject } = request
  const run = startRun(request.signal, subject, settings.clusterTimeoutMs)
  const transport = openTransport(target, {
    requestTimeoutMs: settings.requestTimeoutMs,
    connectTimeoutMs: Math.min(options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS, settings.requestTimeoutMs),
    signal: run.signal,
    now: timing.now,
    onAnswer: (status) => options.onAnswer?.(request.cluster, status),
  })
  const credentials = createCredentials(target, {
    env: options.env,
    signal: run.signal,
    pluginTimeoutMs: options.pluginTimeoutMs ?? PLUGIN_TIMEOUT_MS,
    now: timing.now,
  })
  try {
    const api = createKubeApi({ subject, transport, credentials, timing, signal: run.signal })
    return await readCluster(api, request)
  } finally {
    run.end()
    await transport.close()
  }
}

type Run = { readonly signal: AbortSignal; readonly end: () => void }

/** One signal for Ctrl-C, the deadline of the cluster and the end of the run; its reason is the AppError to be told. */
function startRun(parent: AbortSignal, subject: string, timeoutMs: number): Run {
  const controller = new AbortController()
  // Each wait before a retry listens to it; there can be one per kind.
  setMaxListeners(0, controller.signal)
  const interrupt = (): void => controller.abort(new AppError('interrupted', `${subject}: interrupted`))
  const seconds = Math.round(timeoutMs / 1000)
  const timer = setTimeout(() => {
    controller.abort(new AppError('cluster-timeout', `${subject}: not read within ${seconds} s`))
  }, timeoutMs)
  if (parent.aborted) interrupt()
  else parent.addEventListener('abort', interrupt, { once: true })
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer)
      parent.removeEventListener('abort', interrupt)
      interrupt()
    },
  }
}

function impersonating(target: ClusterTarget, { as, asGroups }: ClusterSettings): ClusterTarget {
  if (as === null && asGroups.length === 0) return target
  const user = as ?? target.impersonate?.user
  if (user === undefined) {
    throw new AppError('input-invalid', '--as-group is given without --as', {
      hint: 'Name the user to impersonate with --as.',
    })
  }
  const groups = asGroups.length > 0 ? asGroups : (target.impersonate?.groups ?? [])
  return { ...target, impersonate: { uid: null, extra: {}, ...target.impersonate, user, groups } }
}
