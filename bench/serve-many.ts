import { constants, setPriority } from 'node:os'
import { startSimulator } from '../src/simulator/simulator.ts'
import { fleetObjects } from './fleet.ts'

/**
 * Runs the clusters of bench/serve.ts in a process of their own: staging and production of 5,000 objects with 500 that differ, whose comparison
 * is read, and clusters of 500 objects, which are read meanwhile.
 */
// Stands for other hosts, and must not take the processor of those that are measured.
setPriority(constants.priority.PRIORITY_LOW)
const count = Number(process.argv[2])
const large = { objects: 5_000, references: 0 }
const small = fleetObjects({ objects: 500, references: 20 })
const changed = new Set(Array.from({ length: 500 }, (_, n) => 10 * n))
const simulator = await startSimulator({
  clusters: [
    { name: 'staging', folders: [], objects: fleetObjects(large) },
    { name: 'production', folders: [], objects: fleetObjects(large, changed) },
    ...Array.from({ length: count }, (_, n) => ({ name: `cluster-${n + 1}`, folders: [], objects: small })),
  ],
})
process.on('message', () => void simulator.close().then(() => process.exit(0)))
process.send?.({ kubeconfig: simulator.kubeconfig, names: [...simulator.clusters.keys()] })
