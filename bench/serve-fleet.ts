import { startSimulator } from '../src/simulator/simulator.ts'
import { changedObject, fleetObjects, type FleetSize } from './fleet.ts'

/** Runs the simulated fleet in a process of its own, so that serving does not count as comparing. Driven by messages of the benchmark. */
const size: FleetSize = { objects: Number(process.argv[2]), references: Number(process.argv[3]) }
const objects = fleetObjects(size)
const simulator = await startSimulator({
  clusters: ['staging', 'production'].map((name) => ({ name, folders: [], objects })),
})

type Order =
  | { readonly do: 'change'; readonly count: number; readonly time: number }
  | { readonly do: 'requests' }
  | { readonly do: 'stop' }

process.on('message', (order: Order) => {
  if (order.do === 'change') change(order.count, order.time)
  if (order.do === 'requests') process.send?.({ requests: takeRequests() })
  else if (order.do === 'change') process.send?.({ done: true })
  else void simulator.close().then(() => process.exit(0))
})
process.send?.({ kubeconfig: simulator.kubeconfig })

function change(count: number, time: number): void {
  for (const [name, cluster] of simulator.clusters) {
    const edition = 2 * time + (name === 'staging' ? 0 : 1)
    for (let n = 0; n < count; n += 1) cluster.apply(changedObject(n, size, edition))
  }
}

function takeRequests(): unknown {
  return [...simulator.clusters.values()].map((cluster) => {
    const requests = cluster.requests().map(({ path, query, accept }) => ({ path, query, accept }))
    const connections = cluster.connections()
    const verbs = cluster.countByVerb()
    cluster.resetRequests()
    return { url: cluster.url, ca: cluster.ca, requests, connections, verbs }
  })
}
