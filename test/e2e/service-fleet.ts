import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Simulator } from '../../src/simulator/simulated-cluster.ts'
import { startService, type ServiceProcess } from './service-process.ts'

export type ServiceFleet = {
  readonly folder: string
  /** Starts a process of the service on the configuration and history of the fleet. It is killed after the test. */
  readonly start: (role: 'all' | 'api' | 'worker') => Promise<ServiceProcess>
}

export type FleetOptions = {
  readonly simulator: Simulator
  /** Null: the queue is inside the process. */
  readonly redisUrl: string | null
  /** Sections of the configuration besides, or instead of, those that every fleet has. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}

/** A folder with a configuration that names every cluster of the simulator, a key, and the history to be. */
export function serviceFleet(t: TestContext, options: FleetOptions): ServiceFleet {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-fleet-'))
  const started: ServiceProcess[] = []
  t.after(async () => {
    await Promise.all(started.map(({ end }) => end('SIGKILL')))
    rmSync(folder, { recursive: true, force: true })
  })
  const config = join(folder, 'config.yaml')
  writeFileSync(join(folder, 'kubeconfig'), options.simulator.kubeconfig, { mode: 0o600 })
  writeFileSync(join(folder, 'fingerprint.key'), Buffer.alloc(32, 7).toString('base64'), { mode: 0o600 })
  writeFileSync(config, JSON.stringify(configOf(options)))
  const env = { ...(options.redisUrl === null ? {} : { REDIS_URL: options.redisUrl }), ...options.env }
  return {
    folder,
    start: async (role) => {
      const service = await startService({ args: ['--config', config, '--role', role], env, cwd: folder })
      started.push(service)
      return service
    },
  }
}

function configOf({ simulator, redisUrl, config }: FleetOptions): object {
  return {
    apiVersion: 'flux-compare.dev/v1',
    kind: 'Config',
    clusters: [...simulator.clusters.keys()].map((name) => ({ name, context: name, kubeconfig: 'kubeconfig' })),
    server: { rateLimit: { requests: 1000, per: '1s' } },
    history: { path: 'history.db' },
    key: { from: { file: 'fingerprint.key' } },
    ...(redisUrl === null ? {} : { redis: { urlFrom: { env: 'REDIS_URL' } } }),
    ...config,
  }
}
