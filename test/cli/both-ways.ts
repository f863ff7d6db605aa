import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { run } from '../../src/cli/program.ts'
import type { SimulatedCluster, Simulator } from '../../src/simulator/simulated-cluster.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { startService, type ServiceProcess } from '../e2e/service-process.ts'
import { captureStreams } from './capture-streams.ts'

export type Result = { readonly code: number; readonly out: string; readonly err: string }
export type Ask = (...args: string[]) => Promise<Result>

export type BothWays = {
  readonly folder: string
  readonly simulator: () => Simulator
  readonly flux: (env: Readonly<Record<string, string>>, ...args: string[]) => Promise<Result>
  /** The command with the kubeconfig of the clusters and a history of its own. */
  readonly here: Ask
  /** The command that asks a service over the same clusters. */
  readonly there: Ask
}

/** For the tests of one file: simulated clusters and a service over them, which go when the file is over. `prepare` runs before its tests. */
export function bothWays(clusters: readonly SimulatedCluster[], prepare?: (ways: BothWays) => Promise<void>): BothWays {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-cli-'))
  const kubeconfig = join(folder, 'kubeconfig')
  const local = { KUBECONFIG: kubeconfig, XDG_STATE_HOME: join(folder, 'state'), USER: 'ada' }
  const started: { simulator?: Simulator; service?: ServiceProcess } = {}
  before(async () => {
    started.simulator = await startSimulator({ clusters })
    writeFileSync(kubeconfig, started.simulator.kubeconfig, { mode: 0o600 })
    started.service = await startService({ env: local, cwd: folder })
    await prepare?.(ways)
  })
  after(async () => {
    await started.service?.end('SIGTERM')
    await started.simulator?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const flux: BothWays['flux'] = async (env, ...args) => {
    const streams = captureStreams({ HOME: join(folder, 'nobody'), ...env })
    const code = await run(args, streams)
    return { code, out: streams.out(), err: streams.err() }
  }
  const ways: BothWays = {
    folder,
    simulator: () => started.simulator!,
    flux,
    here: (...args) => flux(local, ...args),
    there: (...args) => flux({}, ...args, '--server', started.service!.url),
  }
  return ways
}
