import { randomBytes } from 'node:crypto'
import { createClusterSource } from '../clusters/collect.ts'
import { loadContexts, type ContextSummary } from '../clusters/kubeconfig.ts'
import { createFingerprintKey } from '../flux/fingerprint.ts'
import type { ErrorDocument } from '../model/errors.ts'
import { VERSION } from '../model/version.ts'
import type { CollectScope } from '../service/ports.ts'
import { readingOf, type ConnectionSettings, type Environment } from './settings.ts'

export type CheckedCluster = ContextSummary & {
  readonly kubernetes: string | null
  readonly flux: string | null
  readonly error: ErrorDocument | null
}

/** The installation and nothing else: a kind of which there is one object a cluster, and no Secret. */
const SCOPE: CollectScope = {
  kinds: ['FluxInstance', 'FluxReport'],
  namespaces: null,
  selector: null,
  resource: null,
  secrets: 'off',
  events: false,
}

/** The contexts of the kubeconfig; with `check`, what each of them answers. A cluster that does not answer has `error` set. */
export async function checkClusters(
  connection: ConnectionSettings,
  env: Environment,
  check: boolean,
  signal: AbortSignal,
): Promise<readonly CheckedCluster[]> {
  const contexts = loadContexts({ kubeconfig: connection.kubeconfig, env })
  const unchecked = { kubernetes: null, flux: null, error: null }
  if (!check) return contexts.summaries.map((summary) => ({ ...summary, ...unchecked }))
  const source = createClusterSource({
    contexts,
    env,
    ...readingOf(connection),
    engine: VERSION,
    fingerprintKey: createFingerprintKey(randomBytes(32)),
    clock: { now: () => new Date() },
    ids: { next: (prefix) => prefix },
  })
  return Promise.all(
    contexts.summaries.map(async (summary) => {
      const request = { cluster: summary.name, scope: SCOPE, known: null, signal, progress: () => {} }
      const { install, error } = await source.collect(request)
      return { ...summary, kubernetes: install.kubernetes, flux: install.flux, error }
    }),
  )
}
