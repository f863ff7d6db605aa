import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createClusterSource } from '../clusters/collect.ts'
import { createFileSource } from '../clusters/file-source.ts'
import { configuredContexts } from '../clusters/configured-contexts.ts'
import { createConfiguredSource } from '../clusters/configured-source.ts'
import { loadContexts, type Contexts } from '../clusters/kubeconfig.ts'
import type { Config } from '../config/config.ts'
import { createFingerprint, createFingerprintKey, type FingerprintKey } from '../flux/fingerprint.ts'
import { loadKeyBytes } from '../history/fingerprint-key-file.ts'
import { VERSION } from '../model/version.ts'
import type { ComparePorts } from '../service/compare-sides.ts'
import type { Clock, History, Ids, Progress, SnapshotSource } from '../service/ports.ts'
import { newId } from './new-id.ts'
import { historyPath, openKeptHistory } from './kept-history.ts'
import { configuredTargets } from './configured-targets.ts'
import { readingOf, type ConnectionSettings, type Environment } from './settings.ts'

export type WorkbenchOptions = {
  readonly connection: ConnectionSettings
  /** Its clusters stand in the place of the contexts of the kubeconfig, each read as it says. */
  readonly config?: Config | null
  /** Null: keep nothing; undefined: the default file. */
  readonly history: string | null | undefined
  readonly env: Environment
  readonly stdin: NodeJS.ReadableStream
  readonly signal: AbortSignal
  readonly progress: (progress: Progress) => void
  /** Left out: that of the machine. */
  readonly clock?: Clock
}

/** Everything that a command which reads clusters needs, wired once. Close it when done. */
export type Workbench = {
  readonly isContext: (name: string) => boolean
  /** Throws `context-unknown` with the names there are. */
  readonly requireContext: (name: string) => void
  readonly ports: ComparePorts
  readonly close: () => void
}

export function openWorkbench(options: WorkbenchOptions): Workbench {
  const { env } = options
  const contexts = once(() => contextsOf(options))
  const clusters = once(() => clusterSource(options, contexts, shared))
  // Before the key: beside what turns out to be no history of ours, nothing is left behind.
  const history = options.history === null ? null : openKeptHistory(options.history, env)
  const key = keyOrClose(options, history)
  const shared: Shared = { engine: VERSION, fingerprintKey: key, clock: options.clock ?? CLOCK, ids: IDS }
  return {
    isContext: (name) => isContext(name, contexts),
    requireContext: (name) => requireContext(name, contexts()),
    ports: {
      clusters: { collect: (request) => clusters().collect(request) },
      files: createFileSource({ ...shared, stdin: () => readAll(options.stdin) }),
      history,
      ids: IDS,
      engine: VERSION,
      fingerprint: createFingerprint(key),
      signal: options.signal,
      progress: options.progress,
    },
    close: () => history?.close(),
  }
}

function contextsOf({ config, connection, env }: WorkbenchOptions): Contexts {
  if (!config) return loadContexts({ kubeconfig: connection.kubeconfig, env })
  return configuredContexts(configuredTargets(config, connection), { env, execPlugins: config.execPlugins })
}

type Shared = {
  readonly engine: string
  readonly fingerprintKey: FingerprintKey
  readonly clock: Clock
  readonly ids: Ids
}

function clusterSource(
  { config, connection, env }: WorkbenchOptions,
  contexts: () => Contexts,
  shared: Shared,
): SnapshotSource {
  if (!config) return createClusterSource({ ...shared, contexts: contexts(), env, ...readingOf(connection) })
  const { execPlugins } = config
  return createConfiguredSource(configuredTargets(config, connection), { ...shared, env, execPlugins })
}

const CLOCK: Clock = { now: () => new Date() }

/** Sortable by time, unique without coordination. */
const IDS: Ids = {
  next: (prefix) => newId(prefix, Date.now(), randomBytes(5)),
}

/** Makes a thing when it is first needed: files are compared without any kubeconfig, even beside a broken one. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

function isContext(name: string, contexts: () => Contexts): boolean {
  if (name !== '-' && !name.startsWith('file:')) return contexts().names.includes(name)
  try {
    return contexts().names.includes(name)
  } catch {
    return false
  }
}

function requireContext(name: string, contexts: Contexts): void {
  if (!contexts.names.includes(name)) contexts.target(name)
}

/**
 * The key of the fingerprints lies beside the database, never in it. With `--no-history` no key is made: one that is there is used,
 * so that snapshots exported before stay comparable, else one of this run alone.
 */
function fingerprintKey({ history, env }: WorkbenchOptions): FingerprintKey {
  const given = env['FLUX_COMPARE_KEY_FILE']
  const file = given ?? join(dirname(historyPath(history ?? undefined, env)), 'fingerprint.key')
  if (history === null && given === undefined && !existsSync(file)) return createFingerprintKey(randomBytes(32))
  return createFingerprintKey(loadKeyBytes(file))
}

function keyOrClose(options: WorkbenchOptions, history: History | null): FingerprintKey {
  try {
    return fingerprintKey(options)
  } catch (error) {
    history?.close()
    throw error
  }
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
