import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { createCredentials } from '../../src/clusters/credentials.ts'
import { createKubeApi, type KubeApi } from '../../src/clusters/kube-api.ts'
import { loadContexts } from '../../src/clusters/kubeconfig.ts'
import type { Timing } from '../../src/clusters/retry.ts'
import { openTransport } from '../../src/clusters/transport.ts'
import { AppError } from '../../src/model/errors.ts'
import type { SimulatedCluster, RunningCluster } from '../../src/simulator/simulated-cluster.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'

/** A folder with these files, gone after the test; gives its path. Names may hold folders. */
export function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text, { mode: 0o755 })
  }
  return folder
}

/** Waits take no time; how long they would have been is written down. */
export function recordedTiming(): Timing & { readonly waits: number[] } {
  const waits: number[] = []
  return {
    waits,
    now: () => Date.now(),
    random: () => 1,
    sleep: async (ms, signal) => {
      signal.throwIfAborted()
      waits.push(ms)
    },
  }
}

export async function startOne(t: TestContext, cluster: Partial<SimulatedCluster> = {}): Promise<RunningCluster> {
  const simulator = await startSimulator({ clusters: [{ name: 'staging', folders: [], ...cluster }] })
  t.after(() => simulator.close())
  return simulator.clusters.get('staging')!
}

export type Connection = { readonly api: KubeApi; readonly timing: ReturnType<typeof recordedTiming> }
export type ConnectionOptions = {
  readonly kubeconfig: string
  readonly context?: string
  readonly requestTimeoutMs?: number
}

/** The API of a simulated cluster, over its socket, by its kubeconfig. */
export function connect(t: TestContext, options: ConnectionOptions): Connection {
  const file = join(folderOf(t, { config: options.kubeconfig }), 'config')
  const target = loadContexts({ kubeconfig: file, env: {} }).target(options.context ?? 'staging')
  const timing = recordedTiming()
  const controller = new AbortController()
  const transport = openTransport(target, {
    requestTimeoutMs: options.requestTimeoutMs ?? 10_000,
    connectTimeoutMs: 2_000,
    signal: controller.signal,
    now: timing.now,
  })
  t.after(() => transport.close())
  const credentials = createCredentials(target, {
    env: process.env,
    signal: controller.signal,
    pluginTimeoutMs: 10_000,
    now: timing.now,
  })
  const api = createKubeApi({ subject: 'cluster staging', transport, credentials, timing, signal: controller.signal })
  return { api, timing }
}

export function hasCode(code: string, text?: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof AppError && error.code === code && (text === undefined || text.test(error.message))
}

/** A HelmRelease as a folder of a simulated cluster would hold it. */
export function helmRelease(name: string, namespace = 'apps', spec: object = {}): object {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name, namespace },
    spec: { interval: '10m', chartRef: { kind: 'OCIRepository', name: 'charts' }, ...spec },
  }
}

export function configMap(name: string, namespace: string, data: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data }
}

export function secret(
  name: string,
  namespace: string,
  data: Readonly<Record<string, string>>,
  type = 'Opaque',
): object {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type, data: Object.fromEntries(encoded) }
}
