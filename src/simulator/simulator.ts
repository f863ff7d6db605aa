import { kubeconfigOf } from './kubeconfig.ts'
import { startCluster, type StartedCluster } from './running-cluster.ts'
import type { Simulator, SimulatorOptions } from './simulated-cluster.ts'

/**
 * Starts one Kubernetes API server per cluster, each on its own free port with its own authority. They answer as
 * kube-apiserver v1.36 does; nothing that is sent to them changes anything. Throws an Error that names file and line
 * where an object cannot be read, and leaves nothing running then.
 */
export async function startSimulator({ clusters, host = '127.0.0.1' }: SimulatorOptions): Promise<Simulator> {
  const started: StartedCluster[] = []
  const close = async (): Promise<void> => {
    await Promise.all(started.map(({ running }) => running.stop()))
  }
  try {
    for (const cluster of clusters) started.push(await startCluster(cluster, host))
  } catch (error) {
    await close()
    throw error
  }
  return {
    kubeconfig: kubeconfigOf(started.map(({ entry }) => entry)),
    clusters: new Map(started.map(({ running }) => [running.name, running])),
    close,
  }
}
