import { compareSnapshots } from '../src/diff/compare.ts'
import { DEFAULT_LAYERS } from '../src/model/comparison.ts'
import type { Layer } from '../src/model/comparison.ts'
import type { Snapshot } from '../src/model/snapshot.ts'
import { machine, median, printTable } from './figures.ts'
import { fleetObjects } from './fleet.ts'
import { snapshotOf } from './snapshots.ts'

/**
 * (b) The diff stage alone: two clusters of 5,000 objects with 1 % and with 100 % of them different, and 50 clusters of 500
 * objects in three variants; each as a multiple of comparing two equal clusters of 5,000, and of itself without the layers `values` and
 * `substitutions` (median of the rounds, both in turn), in processor time. Usage: node bench/diff.ts [rounds]
 */
const rounds = Number(process.argv[2] ?? 7)
const size = { objects: 5_000, references: 1_000 }
const percent = (part: number): Set<number> =>
  new Set(Array.from({ length: (size.objects * part) / 100 }, (_, n) => Math.floor((n * 100) / part)))
const base = snapshotOf('a', 'snap_a', fleetObjects(size))
const small = { objects: 500, references: 100 }
const many = Array.from({ length: 50 }, (_, n) =>
  snapshotOf(`c${n}`, `snap_${n}`, fleetObjects(small, new Set(n % 3 === 0 ? [] : [n % 3, 7, 20]))),
)
const cases: Record<string, readonly Snapshot[]> = {
  'two clusters of 5,000, equal': [base, snapshotOf('b', 'snap_b', fleetObjects(size))],
  'two clusters of 5,000, 1 % different': [base, snapshotOf('b', 'snap_b', fleetObjects(size, percent(1)))],
  'two clusters of 5,000, all different': [base, snapshotOf('b', 'snap_b', fleetObjects(size, percent(100)))],
  'two clusters of 5,000, all values different': [
    base,
    snapshotOf('b', 'snap_b', fleetObjects(size).map(withOtherValues)),
  ],
  '50 clusters of 500, three variants': many,
}
const LESS = DEFAULT_LAYERS.filter((layer) => layer !== 'values' && layer !== 'substitutions')
const times = new Map<string, number[]>()
const timesLess = new Map<string, number[]>()
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, snapshots] of Object.entries(cases)) {
    const less = measure(snapshots, LESS)
    const all = measure(snapshots, DEFAULT_LAYERS)
    if (round > 0) {
      times.set(name, [...(times.get(name) ?? []), all])
      timesLess.set(name, [...(timesLess.get(name) ?? []), all / less])
    }
  }
}
const equal = median(times.values().next().value!)
const rows = [...times].map(([name, values]) => [
  name,
  median(values).toFixed(1),
  (median(values) / equal).toFixed(1),
  median(timesLess.get(name)!).toFixed(2),
])
console.log(`${machine()}\n`)
printTable(['diff stage', 'ms, median', 'times the equal pair', 'times without values and substitutions'], rows)

function measure(snapshots: readonly Snapshot[], layers: readonly Layer[]): number {
  const start = process.cpuUsage()
  compareSnapshots({
    id: 'run_bench',
    snapshots,
    baseline: snapshots[0]!.cluster,
    layers,
    ignore: [],
    filter: { kinds: null, namespaces: null, selector: null, resource: null },
    explain: false,
    engine: 'bench',
    fingerprint: null,
  })
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

/** Another value in every HelmRelease, in every values file, and in every Kustomization's variables. */
function withOtherValues(object: object): object {
  const text = JSON.stringify(object)
    .replaceAll('"replicaCount":', '"replicaCount":1')
    .replaceAll('replicaCount: ', 'replicaCount: 1')
    .replaceAll('"variable_0":"', '"variable_0":"other ')
  return JSON.parse(text) as object
}
